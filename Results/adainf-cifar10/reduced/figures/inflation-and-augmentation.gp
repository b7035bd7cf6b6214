# Drawn by `gnuplot inflation-and-augmentation.gp`; written by `repro plot` from the rows beside it.
set encoding utf8
$panel0_series0 << END
0.0 52.0 52.0 52.0
1.0 44.25 44.25 44.25
END
$panel0_series1 << END
2.0 48.72 48.72 48.72
END
do for [image in "svg png"] {
  if (image eq "svg") {
    set terminal svg size 480,394 dynamic font "Helvetica,Arial,sans-serif,13" background rgb "white"
  } else {
    set terminal pngcairo size 480,394 font "DejaVu Sans,10" background rgb "white"
  }
  set output "inflation-and-augmentation.".image
  set multiplot layout 1,1 title "adainf-cifar10, reduced scale, CIFAR-10 (jpeg75), version 1: mean and range over seeds" noenhanced margins screen 0.1458,0.9688,0.1269,0.7766 spacing screen 0.1771,0.2157
  set style fill transparent solid 0.18 noborder
  set border 3 linecolor rgb "#555555"
  set tics textcolor rgb "#333333"
  set ytics nomirror
  set grid ytics linecolor rgb "#dddddd" linetype 1
  set offsets graph 0, graph 0, graph 0.06, graph 0.06
  set key at screen 0.5, screen 0.9239 center top horizontal reverse Left noenhanced samplen 3
  set title "Inflation and augmentation" noenhanced
  set xlabel "" noenhanced
  set ylabel "linear-v1 top1 (%)" noenhanced
  unset xtics
  set xtics nomirror noenhanced ("no inflation" 0, "vanilla inflation" 1, "weighted inflation" 2)
  set xrange [-0.5:2.5]
  plot $panel0_series0 using 1:2 with linespoints linecolor rgb "#0072B2" pointtype 7 pointsize 0.9 linewidth 1.5 title "standard augmentation", \
    $panel0_series1 using 1:2 with linespoints linecolor rgb "#D55E00" pointtype 5 pointsize 0.9 linewidth 1.5 title "weak augmentation"
  unset multiplot
  unset output
}
