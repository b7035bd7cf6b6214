# Drawn by `gnuplot comparison.gp`; written by `repro plot` from the rows beside it.
set encoding utf8
$panel0_series0 << END
0.0 58.45 58.45 58.45
1.0 57.59 57.59 57.59
END
$panel0_series1 << END
0.0 58.7 58.7 58.7
1.0 58.98 58.98 58.98
END
$panel0_series2 << END
0.0 58.7 58.7 58.7
1.0 59.04 59.04 59.04
END
$panel0_series3 << END
0.0 57.4 57.4 57.4
1.0 58.1 58.1 58.1
END
$panel0_series4 << END
0.0 57.86 57.86 57.86
1.0 58.49 58.49 58.49
END
$panel0_series5 << END
0.0 58.45 58.45 58.45
0.0 58.7 58.7 58.7
0.0 58.7 58.7 58.7
0.0 57.4 57.4 57.4
0.0 57.86 57.86 57.86
END
$panel0_series6 << END
1.0 57.59 57.59 57.59
1.0 58.98 58.98 58.98
1.0 59.04 59.04 59.04
1.0 58.1 58.1 58.1
1.0 58.49 58.49 58.49
END
$panel1_series0 << END
-0.8599999999999994 0.0 -0.8599999999999994 -0.8599999999999994
END
$panel1_series1 << END
0.27999999999999403 1.0 0.27999999999999403 0.27999999999999403
END
$panel1_series2 << END
0.3399999999999963 2.0 0.3399999999999963 0.3399999999999963
END
$panel1_series3 << END
0.7000000000000028 3.0 0.7000000000000028 0.7000000000000028
END
$panel1_series4 << END
0.6300000000000026 4.0 0.6300000000000026 0.6300000000000026
END
$panel1_series5 << END
0.2179999999999993 5.0 -0.9180969357575486 1.3540969357575472
END
$panel1_series6 << END
0.5 6.0 0.5 0.5
END
do for [image in "svg png"] {
  if (image eq "svg") {
    set terminal svg size 920,448 dynamic font "sans-serif,13" background rgb "white"
    letters = "sans-serif,%g"
    points = 1.0
  } else {
    set terminal pngcairo size 1840,896 fontscale 2 linewidth 2 pointscale 2 font "DejaVu Sans,9.5" background rgb "white"
    letters = "DejaVu Sans,%g"
    points = 0.73
  }
  set output "comparison.".image
  set multiplot
  set style fill transparent solid 0.18 noborder
  set border 3 linecolor rgb "#777777"
  set tics scale 0.5 textcolor rgb "#1A1A1A"
  set grid linecolor rgb "#E4E4E4" linetype 1
  unset key
  set label "{/:Bold The consistency term improves the linear-probe accuracy of MoCo's features.}" at screen 0.0174, screen 0.9397 left font sprintf(letters, 16.0*points) textcolor rgb "#1A1A1A"
  set label "co2-cifar10, reduced scale, CIFAR-10 (jpeg75), version 1, 5 pairs" noenhanced at screen 0.0174, screen 0.8906 left font sprintf(letters, 13.0*points) textcolor rgb "#555555"
  set label "baseline: MoCo" noenhanced at screen 0.0587, screen 0.8371 left font sprintf(letters, 13.0*points) textcolor rgb "#1A1A1A"
  set label "treatment: MoCo + CO2" noenhanced at screen 0.2339, screen 0.8371 left font sprintf(letters, 13.0*points) textcolor rgb "#1A1A1A"
  set label "{/:Bold Both sides, seed by seed}" at screen 0.0174, screen 0.7701 left font sprintf(letters, 13.0*points) textcolor rgb "#1A1A1A"
  set label "linear probe, top-1 accuracy (%)" noenhanced at screen 0.0261, screen 0.471 center rotate by 90 font sprintf(letters, 13.0*points) textcolor rgb "#1A1A1A"
  set label "MoCo" noenhanced at screen 0.1846, screen 0.1719 center font sprintf(letters, 13.0*points) textcolor rgb "#1A1A1A"
  set label "MoCo + CO2" noenhanced at screen 0.3862, screen 0.1719 center font sprintf(letters, 13.0*points) textcolor rgb "#1A1A1A"
  set label "{/:Bold Treatment minus baseline}" at screen 0.513, screen 0.7701 left font sprintf(letters, 13.0*points) textcolor rgb "#1A1A1A"
  set label "percentage points" noenhanced at screen 0.7834, screen 0.1317 center font sprintf(letters, 13.0*points) textcolor rgb "#1A1A1A"
  set label "Grey lines join the two runs of a seed. Bar: the mean and its 95 % interval at 5 pairs, +0.22 [−0.92, +1.35], which holds over all looks together." noenhanced at screen 0.0174, screen 0.0804 left font sprintf(letters, 12.0*points) textcolor rgb "#555555"
  set label "Published: +0.50 (MoCo v2 on ImageNet, authors' slides). Shaded: ±0.5 points, within which both count as equal." noenhanced at screen 0.0174, screen 0.0446 left font sprintf(letters, 12.0*points) textcolor rgb "#555555"
  set label "" at screen 0.0337, screen 0.8371 point pointtype 7 pointsize 1 linecolor rgb "#0072B2"
  set label "" at screen 0.2089, screen 0.8371 point pointtype 5 pointsize 1 linecolor rgb "#D55E00"
  set lmargin at screen 0.0838
  set rmargin at screen 0.487
  set tmargin at screen 0.7277
  set bmargin at screen 0.2143
  set xrange [-0.5:1.5]
  set xtics nomirror noenhanced ("" 0, "" 1)
  set grid noxtics
  set yrange [57:59.5]
  set ytics nomirror noenhanced ("57.0" 57, "57.5" 57.5, "58.0" 58, "58.5" 58.5, "59.0" 59, "59.5" 59.5)
  set grid ytics
  unset object
  plot $panel0_series0 using 1:2 with lines linecolor rgb "#B8B8B8" linewidth 1.5 notitle, \
    $panel0_series1 using 1:2 with lines linecolor rgb "#B8B8B8" linewidth 1.5 notitle, \
    $panel0_series2 using 1:2 with lines linecolor rgb "#B8B8B8" linewidth 1.5 notitle, \
    $panel0_series3 using 1:2 with lines linecolor rgb "#B8B8B8" linewidth 1.5 notitle, \
    $panel0_series4 using 1:2 with lines linecolor rgb "#B8B8B8" linewidth 1.5 notitle, \
    $panel0_series5 using 1:2 with points linecolor rgb "#0072B2" pointtype 7 pointsize 1 notitle, \
    $panel0_series6 using 1:2 with points linecolor rgb "#D55E00" pointtype 5 pointsize 1 notitle
  unset label
  unset arrow
  set lmargin at screen 0.5956
  set rmargin at screen 0.9713
  set tmargin at screen 0.7277
  set bmargin at screen 0.2143
  set xrange [-1:1.5]
  set xtics nomirror noenhanced ("−1.0" -1, "−0.5" -0.5, "0.0" 0, "0.5" 0.5, "1.0" 1, "1.5" 1.5)
  set grid xtics
  set yrange [6.5:-0.5]
  set ytics nomirror noenhanced ("seed 0" 0, "seed 1" 1, "seed 2" 2, "seed 3" 3, "seed 4" 4, "mean of 5" 5, "published" 6)
  set grid noytics
  unset object
  set object rectangle from first -0.5, graph 0 to first 0.5, graph 1 behind fillcolor rgb "#EFEAD8" fillstyle solid 1 noborder
  set arrow from first 0, graph 0 to first 0, graph 1 nohead back linecolor rgb "#777777" linewidth 1
  plot $panel1_series0 using 1:2 with points linecolor rgb "#222222" pointtype 7 pointsize 1 notitle, \
    $panel1_series1 using 1:2 with points linecolor rgb "#222222" pointtype 7 pointsize 1 notitle, \
    $panel1_series2 using 1:2 with points linecolor rgb "#222222" pointtype 7 pointsize 1 notitle, \
    $panel1_series3 using 1:2 with points linecolor rgb "#222222" pointtype 7 pointsize 1 notitle, \
    $panel1_series4 using 1:2 with points linecolor rgb "#222222" pointtype 7 pointsize 1 notitle, \
    $panel1_series5 using 1:2:3:4 with xerrorbars linecolor rgb "#222222" pointtype 13 pointsize 1.4 linewidth 2 notitle, \
    $panel1_series6 using 1:2 with points linecolor rgb "#222222" pointtype 12 pointsize 1.4 linewidth 1.5 notitle
  unset arrow
  unset multiplot
  unset output
}
