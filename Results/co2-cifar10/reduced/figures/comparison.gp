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
$panel1_series0 << END
0.0 -0.8599999999999994 -0.8599999999999994 -0.8599999999999994
END
$panel1_series1 << END
1.0 0.27999999999999403 0.27999999999999403 0.27999999999999403
END
$panel1_series2 << END
2.0 0.3399999999999963 0.3399999999999963 0.3399999999999963
END
$panel1_series3 << END
3.0 0.7000000000000028 0.7000000000000028 0.7000000000000028
END
$panel1_series4 << END
4.0 0.6300000000000026 0.6300000000000026 0.6300000000000026
END
$panel1_series5 << END
5.0 0.2179999999999993 -0.9180969357575486 1.3540969357575472
END
do for [image in "svg png"] {
  if (image eq "svg") {
    set terminal svg size 960,430 dynamic font "Helvetica,Arial,sans-serif,13" background rgb "white"
  } else {
    set terminal pngcairo size 960,430 font "DejaVu Sans,10" background rgb "white"
  }
  set output "comparison.".image
  set multiplot layout 1,2 title "co2-cifar10, reduced scale, CIFAR-10 (jpeg75), version 1: 5 pairs" noenhanced margins screen 0.0729,0.9844,0.1163,0.7116 spacing screen 0.0885,0.1977
  set style fill transparent solid 0.18 noborder
  set border 3 linecolor rgb "#555555"
  set tics textcolor rgb "#333333"
  set ytics nomirror
  set grid ytics linecolor rgb "#dddddd" linetype 1
  set offsets graph 0, graph 0, graph 0.06, graph 0.06
  set key at screen 0.5, screen 0.9302 center top horizontal reverse Left noenhanced samplen 3
  set title "paired by seed" noenhanced
  set xlabel "" noenhanced
  set ylabel "linear-v1 top1 (%)" noenhanced
  unset xtics
  set xtics nomirror noenhanced ("MoCo" 0, "MoCo + CO2" 1)
  set xrange [-0.5:1.5]
  plot $panel0_series0 using 1:2 with linespoints linecolor rgb "#0072B2" pointtype 7 pointsize 0.9 linewidth 1.5 title "seed 0", \
    $panel0_series1 using 1:2 with linespoints linecolor rgb "#D55E00" pointtype 5 pointsize 0.9 linewidth 1.5 title "seed 1", \
    $panel0_series2 using 1:2 with linespoints linecolor rgb "#009E73" pointtype 9 pointsize 0.9 linewidth 1.5 title "seed 2", \
    $panel0_series3 using 1:2 with linespoints linecolor rgb "#CC79A7" pointtype 13 pointsize 0.9 linewidth 1.5 title "seed 3", \
    $panel0_series4 using 1:2 with linespoints linecolor rgb "#E69F00" pointtype 11 pointsize 0.9 linewidth 1.5 title "seed 4"
  unset key
  set title "MoCo + CO2 − MoCo" noenhanced
  set xlabel "" noenhanced
  set ylabel "points" noenhanced
  unset xtics
  set xtics nomirror noenhanced ("seed 0" 0, "seed 1" 1, "seed 2" 2, "seed 3" 3, "seed 4" 4, "5 pairs, 95 %%" 5)
  set xrange [-0.5:5.5]
  plot -0.5 with lines linecolor rgb "#888888" dashtype 2 notitle, \
    0.0 with lines linecolor rgb "#888888" dashtype 2 notitle, \
    0.5 with lines linecolor rgb "#888888" dashtype 2 notitle, \
    $panel1_series0 using 1:2 with linespoints linecolor rgb "#0072B2" pointtype 7 pointsize 0.9 linewidth 1.5 notitle, \
    $panel1_series1 using 1:2 with linespoints linecolor rgb "#D55E00" pointtype 5 pointsize 0.9 linewidth 1.5 notitle, \
    $panel1_series2 using 1:2 with linespoints linecolor rgb "#009E73" pointtype 9 pointsize 0.9 linewidth 1.5 notitle, \
    $panel1_series3 using 1:2 with linespoints linecolor rgb "#CC79A7" pointtype 13 pointsize 0.9 linewidth 1.5 notitle, \
    $panel1_series4 using 1:2 with linespoints linecolor rgb "#E69F00" pointtype 11 pointsize 0.9 linewidth 1.5 notitle, \
    $panel1_series5 using 1:2:3:4 with yerrorbars linecolor rgb "#000000" pointtype 3 pointsize 0.9 linewidth 2 notitle
  unset multiplot
  unset output
}
