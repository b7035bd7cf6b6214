# Drawn by `gnuplot pretraining.gp`; written by `repro plot` from the rows beside it.
set encoding utf8
$panel0_series0 << END
1.0 6.44372752721493 6.44372752721493 6.44372752721493
2.0 6.013020456754244 6.013020456754244 6.013020456754244
3.0 5.736042680495824 5.736042680495824 5.736042680495824
4.0 5.598499148931259 5.598499148931259 5.598499148931259
END
$panel0_series1 << END
1.0 -2.501806925733884 -2.501806925733884 -2.501806925733884
2.0 -2.826911382186107 -2.826911382186107 -2.826911382186107
3.0 -2.6958716832674465 -2.6958716832674465 -2.6958716832674465
4.0 -2.666044891797579 -2.666044891797579 -2.666044891797579
END
$panel1_series0 << END
1.0 6.44372752721493 6.44372752721493 6.44372752721493
2.0 6.013020456754244 6.013020456754244 6.013020456754244
3.0 5.736042680495824 5.736042680495824 5.736042680495824
4.0 5.598499148931259 5.598499148931259 5.598499148931259
END
$panel2_series0 << END
1.0 -2.501806925733884 -2.501806925733884 -2.501806925733884
2.0 -2.826911382186107 -2.826911382186107 -2.826911382186107
3.0 -2.6958716832674465 -2.6958716832674465 -2.6958716832674465
4.0 -2.666044891797579 -2.666044891797579 -2.666044891797579
END
$panel3_series0 << END
0.0 33.842220760932925 33.842220760932925 33.842220760932925
1.0 56.34573733690524 56.34573733690524 56.34573733690524
2.0 58.93786924687715 58.93786924687715 58.93786924687715
3.0 62.286383067294175 62.286383067294175 62.286383067294175
4.0 63.73036408405316 63.73036408405316 63.73036408405316
END
$panel3_series1 << END
0.0 33.842220760932925 33.842220760932925 33.842220760932925
1.0 61.08175462981253 61.08175462981253 61.08175462981253
2.0 66.37159776122168 66.37159776122168 66.37159776122168
3.0 68.64546306674083 68.64546306674083 68.64546306674083
4.0 68.12148363932901 68.12148363932901 68.12148363932901
END
$panel3_series2 << END
0.0 33.842220760932925 33.842220760932925 33.842220760932925
1.0 45.1833788884237 45.1833788884237 45.1833788884237
2.0 49.932321745831345 49.932321745831345 49.932321745831345
3.0 52.110601811980025 52.110601811980025 52.110601811980025
4.0 53.5075329560855 53.5075329560855 53.5075329560855
END
$panel4_series0 << END
0.0 28.2 28.2 28.2
1.0 35.6 35.6 35.6
2.0 39.0 39.0 39.0
3.0 41.3 41.3 41.3
4.0 41.6 41.6 41.6
END
$panel4_series1 << END
0.0 28.2 28.2 28.2
1.0 35.6 35.6 35.6
2.0 36.1 36.1 36.1
3.0 38.1 38.1 38.1
4.0 37.3 37.3 37.3
END
$panel4_series2 << END
0.0 28.2 28.2 28.2
1.0 52.1 52.1 52.1
2.0 62.8 62.8 62.8
3.0 68.2 68.2 68.2
4.0 70.9 70.9 70.9
END
$panel5_series0 << END
0.0 0.0793115053956162 0.0793115053956162 0.0793115053956162
1.0 0.4592491120091317 0.4592491120091317 0.4592491120091317
2.0 0.47850528582917323 0.47850528582917323 0.47850528582917323
3.0 0.4589014378691711 0.4589014378691711 0.4589014378691711
4.0 0.45579867057415235 0.45579867057415235 0.45579867057415235
END
$panel5_series1 << END
0.0 0.0793115053956162 0.0793115053956162 0.0793115053956162
1.0 0.28862031770463414 0.28862031770463414 0.28862031770463414
2.0 0.2596098603513206 0.2596098603513206 0.2596098603513206
3.0 0.24996213255826827 0.24996213255826827 0.24996213255826827
4.0 0.2527287957758365 0.2527287957758365 0.2527287957758365
END
$panel5_series2 << END
0.0 0.0793115053956162 0.0793115053956162 0.0793115053956162
1.0 0.5525250449636104 0.5525250449636104 0.5525250449636104
2.0 0.566803293291814 0.566803293291814 0.566803293291814
3.0 0.5894817339541926 0.5894817339541926 0.5894817339541926
4.0 0.5934349441713037 0.5934349441713037 0.5934349441713037
END
$panel6_series0 << END
1.0 3.9219551282051284 3.9219551282051284 3.9219551282051284
2.0 3.9244391025641026 3.9244391025641026 3.9244391025641026
3.0 3.9197115384615384 3.9197115384615384 3.9197115384615384
4.0 3.9198717948717947 3.9198717948717947 3.9198717948717947
END
$panel7_series0 << END
1.0 -3.9219551282051284 -3.9219551282051284 -3.9219551282051284
2.0 -3.9244391025641026 -3.9244391025641026 -3.9244391025641026
3.0 -3.9197115384615384 -3.9197115384615384 -3.9197115384615384
4.0 -3.9198717948717947 -3.9198717948717947 -3.9198717948717947
END
$panel8_series0 << END
1.0 0.01951121794871795 0.01951121794871795 0.01951121794871795
2.0 0.018890224358974358 0.018890224358974358 0.018890224358974358
3.0 0.020072115384615386 0.020072115384615386 0.020072115384615386
4.0 0.020032051282051284 0.020032051282051284 0.020032051282051284
END
$panel9_series0 << END
1.0 2.420498735476763 2.420498735476763 2.420498735476763
2.0 2.411395733173077 2.411395733173077 2.411395733173077
3.0 2.408615034054487 2.408615034054487 2.408615034054487
4.0 2.415492913661859 2.415492913661859 2.415492913661859
END
$panel10_series0 << END
1.0 0.4388386960213001 0.4388386960213001 0.4388386960213001
2.0 0.37352429521389496 0.37352429521389496 0.37352429521389496
3.0 0.25320095603282633 0.25320095603282633 0.25320095603282633
4.0 0.22307914319710853 0.22307914319710853 0.22307914319710853
END
do for [image in "svg png"] {
  if (image eq "svg") {
    set terminal svg size 1440,1402 dynamic font "Helvetica,Arial,sans-serif,13" background rgb "white"
  } else {
    set terminal pngcairo size 1440,1402 font "DejaVu Sans,10" background rgb "white"
  }
  set output "pretraining.".image
  set multiplot layout 4,3 title "pixpro-cifar10, reduced scale, CIFAR-10 (jpeg75), version 1: one seed" noenhanced margins screen 0.0486,0.9896,0.0357,0.9244 spacing screen 0.059,0.0606
  set style fill transparent solid 0.18 noborder
  set border 3 linecolor rgb "#555555"
  set tics textcolor rgb "#333333"
  set ytics nomirror
  set grid ytics linecolor rgb "#dddddd" linetype 1
  set offsets graph 0, graph 0, graph 0.06, graph 0.06
  unset key
  set title "loss" noenhanced
  set xlabel "epoch" noenhanced
  set ylabel "" noenhanced
  unset xtics
  set xtics nomirror autofreq
  set xrange [*:*]
  plot $panel0_series0 using 1:2 with lines linecolor rgb "#0072B2" linewidth 2 dashtype 1 title "MoCo v2", \
    $panel0_series1 using 1:2 with lines linecolor rgb "#D55E00" linewidth 2 dashtype 2 title "PixPro"
  unset key
  set title "instance loss" noenhanced
  set xlabel "epoch" noenhanced
  set ylabel "" noenhanced
  unset xtics
  set xtics nomirror autofreq
  set xrange [*:*]
  plot $panel1_series0 using 1:2 with lines linecolor rgb "#0072B2" linewidth 2 dashtype 1 title "MoCo v2"
  unset key
  set title "pixel loss" noenhanced
  set xlabel "epoch" noenhanced
  set ylabel "" noenhanced
  unset xtics
  set xtics nomirror autofreq
  set xrange [*:*]
  plot $panel2_series0 using 1:2 with lines linecolor rgb "#D55E00" linewidth 2 dashtype 2 title "PixPro"
  set key at screen 0.5, screen 0.9786 center top horizontal reverse Left noenhanced samplen 3
  set title "monitor: effective rank" noenhanced
  set xlabel "epoch" noenhanced
  set ylabel "dimensions" noenhanced
  unset xtics
  set xtics nomirror autofreq
  set xrange [*:*]
  plot $panel3_series0 using 1:2 with lines linecolor rgb "#0072B2" linewidth 2 dashtype 1 title "MoCo v2", \
    $panel3_series1 using 1:2 with lines linecolor rgb "#D55E00" linewidth 2 dashtype 2 title "PixPro", \
    $panel3_series2 using 1:2 with lines linecolor rgb "#009E73" linewidth 2 dashtype 3 title "supervised"
  unset key
  set title "monitor: knn" noenhanced
  set xlabel "epoch" noenhanced
  set ylabel "accuracy (%)" noenhanced
  unset xtics
  set xtics nomirror autofreq
  set xrange [*:*]
  plot $panel4_series0 using 1:2 with lines linecolor rgb "#0072B2" linewidth 2 dashtype 1 title "MoCo v2", \
    $panel4_series1 using 1:2 with lines linecolor rgb "#D55E00" linewidth 2 dashtype 2 title "PixPro", \
    $panel4_series2 using 1:2 with lines linecolor rgb "#009E73" linewidth 2 dashtype 3 title "supervised"
  unset key
  set title "monitor: std" noenhanced
  set xlabel "epoch" noenhanced
  set ylabel "standard deviation" noenhanced
  unset xtics
  set xtics nomirror autofreq
  set xrange [*:*]
  plot $panel5_series0 using 1:2 with lines linecolor rgb "#0072B2" linewidth 2 dashtype 1 title "MoCo v2", \
    $panel5_series1 using 1:2 with lines linecolor rgb "#D55E00" linewidth 2 dashtype 2 title "PixPro", \
    $panel5_series2 using 1:2 with lines linecolor rgb "#009E73" linewidth 2 dashtype 3 title "supervised"
  unset key
  set title "highest pixel loss" noenhanced
  set xlabel "epoch" noenhanced
  set ylabel "" noenhanced
  unset xtics
  set xtics nomirror autofreq
  set xrange [*:*]
  plot $panel6_series0 using 1:2 with lines linecolor rgb "#D55E00" linewidth 2 dashtype 2 title "PixPro"
  unset key
  set title "lowest pixel loss" noenhanced
  set xlabel "epoch" noenhanced
  set ylabel "" noenhanced
  unset xtics
  set xtics nomirror autofreq
  set xrange [*:*]
  plot $panel7_series0 using 1:2 with lines linecolor rgb "#D55E00" linewidth 2 dashtype 2 title "PixPro"
  unset key
  set title "pairless images" noenhanced
  set xlabel "epoch" noenhanced
  set ylabel "" noenhanced
  unset xtics
  set xtics nomirror autofreq
  set xrange [*:*]
  plot $panel8_series0 using 1:2 with lines linecolor rgb "#D55E00" linewidth 2 dashtype 2 title "PixPro"
  unset key
  set title "pairs per pixel" noenhanced
  set xlabel "epoch" noenhanced
  set ylabel "" noenhanced
  unset xtics
  set xtics nomirror autofreq
  set xrange [*:*]
  plot $panel9_series0 using 1:2 with lines linecolor rgb "#D55E00" linewidth 2 dashtype 2 title "PixPro"
  unset key
  set title "pixel likeness" noenhanced
  set xlabel "epoch" noenhanced
  set ylabel "" noenhanced
  unset xtics
  set xtics nomirror autofreq
  set xrange [*:*]
  plot $panel10_series0 using 1:2 with lines linecolor rgb "#D55E00" linewidth 2 dashtype 2 title "PixPro"
  unset multiplot
  unset output
}
