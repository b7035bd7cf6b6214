# Drawn by `gnuplot comparison.gp`; written by `repro plot` from the rows beside it.
set encoding utf8
$panel0_series0 << END
0.0 58.44 58.44 58.44
1.0 73.02 73.02 73.02
END
$panel0_series1 << END
0.0 58.2 58.2 58.2
1.0 71.96 71.96 71.96
END
$panel0_series2 << END
0.0 60.04 60.04 60.04
1.0 72.45 72.45 72.45
END
$panel1_series0 << END
0.0 14.579999999999998 14.579999999999998 14.579999999999998
END
$panel1_series1 << END
1.0 13.759999999999991 13.759999999999991 13.759999999999991
END
$panel1_series2 << END
2.0 12.410000000000004 12.410000000000004 12.410000000000004
END
$panel1_series3 << END
3.0 13.58333333333333 13.58333333333333 13.58333333333333
END
do for [image in "svg png"] {
  if (image eq "svg") {
    set terminal svg size 960,412 dynamic font "Helvetica,Arial,sans-serif,13" background rgb "white"
  } else {
    set terminal pngcairo size 960,412 font "DejaVu Sans,10" background rgb "white"
  }
  set output "comparison.".image
  set multiplot layout 1,2 title "rotnet-cifar10, reduced scale, CIFAR-10 (jpeg75), version 1: 3 pairs" noenhanced margins screen 0.0729,0.9844,0.1214,0.7427 spacing screen 0.0885,0.2063
  set style fill transparent solid 0.18 noborder
  set border 3 linecolor rgb "#555555"
  set tics textcolor rgb "#333333"
  set ytics nomirror
  set grid ytics linecolor rgb "#dddddd" linetype 1
  set offsets graph 0, graph 0, graph 0.06, graph 0.06
  set key at screen 0.5, screen 0.9272 center top horizontal reverse Left noenhanced samplen 3
  set title "paired by seed" noenhanced
  set xlabel "" noenhanced
  set ylabel "conv-classifier-conv2-v1 top1 (%)" noenhanced
  unset xtics
  set xtics nomirror noenhanced ("random init" 0, "RotNet" 1)
  set xrange [-0.5:1.5]
  plot $panel0_series0 using 1:2 with linespoints linecolor rgb "#0072B2" pointtype 7 pointsize 0.9 linewidth 1.5 title "seed 0", \
    $panel0_series1 using 1:2 with linespoints linecolor rgb "#D55E00" pointtype 5 pointsize 0.9 linewidth 1.5 title "seed 1", \
    $panel0_series2 using 1:2 with linespoints linecolor rgb "#009E73" pointtype 9 pointsize 0.9 linewidth 1.5 title "seed 2"
  unset key
  set title "RotNet − random init" noenhanced
  set xlabel "" noenhanced
  set ylabel "points" noenhanced
  unset xtics
  set xtics nomirror noenhanced ("seed 0" 0, "seed 1" 1, "seed 2" 2, "mean" 3)
  set xrange [-0.5:3.5]
  plot -1.0 with lines linecolor rgb "#888888" dashtype 2 notitle, \
    0.0 with lines linecolor rgb "#888888" dashtype 2 notitle, \
    1.0 with lines linecolor rgb "#888888" dashtype 2 notitle, \
    $panel1_series0 using 1:2 with linespoints linecolor rgb "#0072B2" pointtype 7 pointsize 0.9 linewidth 1.5 notitle, \
    $panel1_series1 using 1:2 with linespoints linecolor rgb "#D55E00" pointtype 5 pointsize 0.9 linewidth 1.5 notitle, \
    $panel1_series2 using 1:2 with linespoints linecolor rgb "#009E73" pointtype 9 pointsize 0.9 linewidth 1.5 notitle, \
    $panel1_series3 using 1:2:3:4 with yerrorbars linecolor rgb "#000000" pointtype 3 pointsize 0.9 linewidth 2 notitle
  unset multiplot
  unset output
}
