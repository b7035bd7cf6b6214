# Drawn by `gnuplot comparison.gp`; written by `repro plot` from the rows beside it.
set encoding utf8
$panel0_series0 << END
0.0 49.64 49.64 49.64
1.0 42.14 42.14 42.14
END
$panel0_series1 << END
0.0 49.64 49.64 49.64
END
$panel0_series2 << END
1.0 42.14 42.14 42.14
END
$panel1_series0 << END
-7.5 0.0 -7.5 -7.5
END
do for [image in "svg png"] {
  if (image eq "svg") {
    set terminal svg size 920,432 dynamic font "sans-serif,13" background rgb "white"
    letters = "sans-serif,%g"
    points = 1.0
  } else {
    set terminal pngcairo size 1840,864 fontscale 2 linewidth 2 pointscale 2 font "DejaVu Sans,9.5" background rgb "white"
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
  set label "{/:Bold multi-crop against two crops}" at screen 0.0174, screen 0.9375 left font sprintf(letters, 16.0*points) textcolor rgb "#1A1A1A"
  set label "swav-cifar10, reduced scale, CIFAR-10 (jpeg75), version 1 (the code is at version 2), 1 pair" noenhanced at screen 0.0174, screen 0.8866 left font sprintf(letters, 13.0*points) textcolor rgb "#555555"
  set label "baseline: two crops" noenhanced at screen 0.0587, screen 0.831 left font sprintf(letters, 13.0*points) textcolor rgb "#1A1A1A"
  set label "treatment: multi-crop" noenhanced at screen 0.2633, screen 0.831 left font sprintf(letters, 13.0*points) textcolor rgb "#1A1A1A"
  set label "{/:Bold Both sides, seed by seed}" at screen 0.0174, screen 0.7616 left font sprintf(letters, 13.0*points) textcolor rgb "#1A1A1A"
  set label "linear probe, top-1 accuracy (%)" noenhanced at screen 0.0261, screen 0.4514 center rotate by 90 font sprintf(letters, 13.0*points) textcolor rgb "#1A1A1A"
  set label "two crops" noenhanced at screen 0.1744, screen 0.1412 center font sprintf(letters, 13.0*points) textcolor rgb "#1A1A1A"
  set label "multi-crop" noenhanced at screen 0.3828, screen 0.1412 center font sprintf(letters, 13.0*points) textcolor rgb "#1A1A1A"
  set label "{/:Bold Treatment minus baseline}" at screen 0.513, screen 0.7616 left font sprintf(letters, 13.0*points) textcolor rgb "#1A1A1A"
  set label "percentage points" noenhanced at screen 0.7747, screen 0.0995 center font sprintf(letters, 13.0*points) textcolor rgb "#1A1A1A"
  set label "Grey lines join the two runs of a seed. Shaded: ±1 point, within which both count as equal." noenhanced at screen 0.0174, screen 0.0463 left font sprintf(letters, 12.0*points) textcolor rgb "#555555"
  set label "" at screen 0.0337, screen 0.831 point pointtype 7 pointsize 1 linecolor rgb "#0072B2"
  set label "" at screen 0.2383, screen 0.831 point pointtype 5 pointsize 1 linecolor rgb "#D55E00"
  set lmargin at screen 0.0703
  set rmargin at screen 0.487
  set tmargin at screen 0.7176
  set bmargin at screen 0.1852
  set xrange [-0.5:1.5]
  set xtics nomirror noenhanced ("" 0, "" 1)
  set grid noxtics
  set yrange [42:50]
  set ytics nomirror noenhanced ("42" 42, "44" 44, "46" 46, "48" 48, "50" 50)
  set grid ytics
  unset object
  plot $panel0_series0 using 1:2 with lines linecolor rgb "#B8B8B8" linewidth 1.5 notitle, \
    $panel0_series1 using 1:2 with points linecolor rgb "#0072B2" pointtype 7 pointsize 1 notitle, \
    $panel0_series2 using 1:2 with points linecolor rgb "#D55E00" pointtype 5 pointsize 1 notitle
  unset label
  unset arrow
  set lmargin at screen 0.5712
  set rmargin at screen 0.9781
  set tmargin at screen 0.7176
  set bmargin at screen 0.1852
  set xrange [-8:2]
  set xtics nomirror noenhanced ("−8" -8, "−6" -6, "−4" -4, "−2" -2, "0" 0, "2" 2)
  set grid xtics
  set yrange [0.5:-0.5]
  set ytics nomirror noenhanced ("seed 0" 0)
  set grid noytics
  unset object
  set object rectangle from first -1, graph 0 to first 1, graph 1 behind fillcolor rgb "#EFEAD8" fillstyle solid 1 noborder
  set arrow from first 0, graph 0 to first 0, graph 1 nohead back linecolor rgb "#777777" linewidth 1
  plot $panel1_series0 using 1:2 with points linecolor rgb "#222222" pointtype 7 pointsize 1 notitle
  unset arrow
  unset multiplot
  unset output
}
