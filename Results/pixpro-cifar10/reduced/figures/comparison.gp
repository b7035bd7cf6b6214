# Drawn by `gnuplot comparison.gp`; written by `repro plot` from the rows beside it.
set encoding utf8
$panel0_series0 << END
0.0 21.318015458987936 21.318015458987936 21.318015458987936
1.0 21.698146779067844 21.698146779067844 21.698146779067844
END
$panel1_series0 << END
0.0 0.3801313200799079 0.3801313200799079 0.3801313200799079
END
$panel1_series1 << END
1.0 0.3801313200799079 0.3801313200799079 0.3801313200799079
END
do for [image in "svg png"] {
  if (image eq "svg") {
    set terminal svg size 960,394 dynamic font "Helvetica,Arial,sans-serif,13" background rgb "white"
  } else {
    set terminal pngcairo size 960,394 font "DejaVu Sans,10" background rgb "white"
  }
  set output "comparison.".image
  set multiplot layout 1,2 title "pixpro-cifar10, reduced scale, CIFAR-10 (jpeg75), version 1: 1 pair" noenhanced margins screen 0.0729,0.9844,0.1269,0.7766 spacing screen 0.0885,0.2157
  set style fill transparent solid 0.18 noborder
  set border 3 linecolor rgb "#555555"
  set tics textcolor rgb "#333333"
  set ytics nomirror
  set grid ytics linecolor rgb "#dddddd" linetype 1
  set offsets graph 0, graph 0, graph 0.06, graph 0.06
  set key at screen 0.5, screen 0.9239 center top horizontal reverse Left noenhanced samplen 3
  set title "paired by seed" noenhanced
  set xlabel "" noenhanced
  set ylabel "dense-linear-camvid-v1 miou (%)" noenhanced
  unset xtics
  set xtics nomirror noenhanced ("MoCo v2" 0, "PixPro" 1)
  set xrange [-0.5:1.5]
  plot $panel0_series0 using 1:2 with linespoints linecolor rgb "#0072B2" pointtype 7 pointsize 0.9 linewidth 1.5 title "seed 0"
  unset key
  set title "PixPro − MoCo v2" noenhanced
  set xlabel "" noenhanced
  set ylabel "points" noenhanced
  unset xtics
  set xtics nomirror noenhanced ("seed 0" 0, "mean" 1)
  set xrange [-0.5:1.5]
  plot -0.25 with lines linecolor rgb "#888888" dashtype 2 notitle, \
    0.0 with lines linecolor rgb "#888888" dashtype 2 notitle, \
    0.25 with lines linecolor rgb "#888888" dashtype 2 notitle, \
    $panel1_series0 using 1:2 with linespoints linecolor rgb "#0072B2" pointtype 7 pointsize 0.9 linewidth 1.5 notitle, \
    $panel1_series1 using 1:2:3:4 with yerrorbars linecolor rgb "#000000" pointtype 3 pointsize 0.9 linewidth 2 notitle
  unset multiplot
  unset output
}
