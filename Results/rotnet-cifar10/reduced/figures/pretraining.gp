# Drawn by `gnuplot pretraining.gp`; written by `repro plot` from the rows beside it.
set encoding utf8
$panel0_series0 << END
1.0 0.9664009996968458 0.9615470958061707 0.9701341956089704
2.0 0.7729469592754658 0.7660589224252945 0.7775846351415683
3.0 0.6890504883395301 0.6846297757747846 0.693590567050836
4.0 0.6270147647613135 0.6205754690445386 0.6333096250509604
5.0 0.5846018851567537 0.5817479582169117 0.588484873297887
END
$panel1_series0 << END
0.0 10.715229518133496 7.610836098556223 12.91201920618701
1.0 26.758392172750803 25.467924734580187 28.209530827464757
2.0 26.56213252900621 25.81235686099805 27.093850835981378
3.0 29.051811232118453 28.220603397125597 30.24228562011025
4.0 29.64748384413386 28.952047938307693 30.46730901851191
5.0 29.765575217721068 28.933880734879267 30.57737943235734
END
$panel1_series1 << END
0.0 5.222834635221234 5.222834635221234 5.222834635221234
1.0 18.918151535137007 18.918151535137007 18.918151535137007
2.0 19.292742424973166 19.292742424973166 19.292742424973166
3.0 19.88403872908923 19.88403872908923 19.88403872908923
4.0 20.13198569531337 20.13198569531337 20.13198569531337
5.0 21.135243322254226 21.135243322254226 21.135243322254226
6.0 21.470933854686425 21.470933854686425 21.470933854686425
7.0 20.970704301349524 20.970704301349524 20.970704301349524
8.0 20.971482046216106 20.971482046216106 20.971482046216106
9.0 20.896227149129366 20.896227149129366 20.896227149129366
END
$panel2_series0 << END
0.0 29.233333333333334 28.3 29.8
1.0 40.23333333333333 38.9 41.3
2.0 42.03333333333333 40.3 43.0
3.0 43.76666666666667 43.1 44.6
4.0 44.23333333333333 43.4 45.0
5.0 44.29999999999999 42.9 45.8
END
$panel2_series1 << END
0.0 28.1 28.1 28.1
1.0 58.9 58.9 58.9
2.0 60.8 60.8 60.8
3.0 66.6 66.6 66.6
4.0 69.6 69.6 69.6
5.0 73.5 73.5 73.5
6.0 75.1 75.1 75.1
7.0 76.4 76.4 76.4
8.0 78.5 78.5 78.5
9.0 78.2 78.2 78.2
END
$panel3_series0 << END
0.0 0.09617334370697378 0.0740123387405258 0.11106367560567083
1.0 0.3884510602927309 0.37208713108168345 0.40015738258907335
2.0 0.3870987124791765 0.3685143384746756 0.40406119591745676
3.0 0.3691904834678547 0.3617215168116567 0.3790553284041704
4.0 0.365179710486395 0.3570585613858151 0.3736503956052348
5.0 0.36505814251404 0.36045194597400504 0.3725136013632483
END
$panel3_series1 << END
0.0 0.038425986556715246 0.038425986556715246 0.038425986556715246
1.0 0.6323354904265395 0.6323354904265395 0.6323354904265395
2.0 0.5919208290509433 0.5919208290509433 0.5919208290509433
3.0 0.5990226697186343 0.5990226697186343 0.5990226697186343
4.0 0.6036616606316967 0.6036616606316967 0.6036616606316967
5.0 0.5793201556045888 0.5793201556045888 0.5793201556045888
6.0 0.5869131120536857 0.5869131120536857 0.5869131120536857
7.0 0.5913587545622221 0.5913587545622221 0.5913587545622221
8.0 0.5963305998775695 0.5963305998775695 0.5963305998775695
9.0 0.5982883020806481 0.5982883020806481 0.5982883020806481
END
do for [image in "svg png"] {
  if (image eq "svg") {
    set terminal svg size 920,760 dynamic font "sans-serif,13" background rgb "white"
    letters = "sans-serif,%g"
    points = 1.0
  } else {
    set terminal pngcairo size 1840,1520 fontscale 2 linewidth 2 pointscale 2 font "DejaVu Sans,9.5" background rgb "white"
    letters = "DejaVu Sans,%g"
    points = 0.73
  }
  set output "pretraining.".image
  set multiplot
  set style fill transparent solid 0.18 noborder
  set border 3 linecolor rgb "#777777"
  set tics scale 0.5 textcolor rgb "#1A1A1A"
  set grid linecolor rgb "#E4E4E4" linetype 1
  unset key
  set label "{/:Bold Losses and monitor during pre-training}" at screen 0.0174, screen 0.9645 left font sprintf(letters, 16.0*points) textcolor rgb "#1A1A1A"
  set label "rotnet-cifar10, reduced scale, CIFAR-10 (jpeg75), version 1 (the code is at version 2)" noenhanced at screen 0.0174, screen 0.9355 left font sprintf(letters, 13.0*points) textcolor rgb "#555555"
  set label "RotNet (3 seeds)" noenhanced at screen 0.0587, screen 0.9039 left font sprintf(letters, 13.0*points) textcolor rgb "#1A1A1A"
  set label "supervised (1 seed)" noenhanced at screen 0.2451, screen 0.9039 left font sprintf(letters, 13.0*points) textcolor rgb "#1A1A1A"
  set label "{/:Bold Loss (rotation)}" at screen 0.0174, screen 0.8645 left font sprintf(letters, 13.0*points) textcolor rgb "#1A1A1A"
  set label "loss" noenhanced at screen 0.0261, screen 0.6882 center rotate by 90 font sprintf(letters, 13.0*points) textcolor rgb "#1A1A1A"
  set label "epoch" noenhanced at screen 0.2786, screen 0.4882 center font sprintf(letters, 13.0*points) textcolor rgb "#1A1A1A"
  set label "{/:Bold Monitor: effective rank of the features}" at screen 0.513, screen 0.8645 left font sprintf(letters, 13.0*points) textcolor rgb "#1A1A1A"
  set label "dimensions" noenhanced at screen 0.5217, screen 0.6882 center rotate by 90 font sprintf(letters, 13.0*points) textcolor rgb "#1A1A1A"
  set label "epoch" noenhanced at screen 0.772, screen 0.4882 center font sprintf(letters, 13.0*points) textcolor rgb "#1A1A1A"
  set label "{/:Bold Monitor: accuracy of nearest neighbours}" at screen 0.0174, screen 0.4539 left font sprintf(letters, 13.0*points) textcolor rgb "#1A1A1A"
  set label "accuracy (%)" noenhanced at screen 0.0261, screen 0.2776 center rotate by 90 font sprintf(letters, 13.0*points) textcolor rgb "#1A1A1A"
  set label "epoch" noenhanced at screen 0.2763, screen 0.0776 center font sprintf(letters, 13.0*points) textcolor rgb "#1A1A1A"
  set label "{/:Bold Monitor: spread of the features}" at screen 0.513, screen 0.4539 left font sprintf(letters, 13.0*points) textcolor rgb "#1A1A1A"
  set label "standard deviation" noenhanced at screen 0.5217, screen 0.2776 center rotate by 90 font sprintf(letters, 13.0*points) textcolor rgb "#1A1A1A"
  set label "epoch" noenhanced at screen 0.772, screen 0.0776 center font sprintf(letters, 13.0*points) textcolor rgb "#1A1A1A"
  set label "Lines: means over seeds; bands: from the lowest seed to the highest. The monitor looks at training images only. Spread: 1 where directions are" noenhanced at screen 0.0174, screen 0.0474 left font sprintf(letters, 12.0*points) textcolor rgb "#555555"
  set label "uniform, 0 where all features are equal." noenhanced at screen 0.0174, screen 0.0263 left font sprintf(letters, 12.0*points) textcolor rgb "#555555"
  set arrow from screen 0.0174, screen 0.9039 to screen 0.05, screen 0.9039 nohead linecolor rgb "#D55E00" linewidth 2 dashtype 1
  set arrow from screen 0.2038, screen 0.9039 to screen 0.2364, screen 0.9039 nohead linecolor rgb "#6E6E6E" linewidth 2 dashtype 2
  set lmargin at screen 0.0748
  set rmargin at screen 0.4824
  set tmargin at screen 0.8395
  set bmargin at screen 0.5368
  set xrange [0:5]
  set xtics nomirror noenhanced ("0" 0, "1" 1, "2" 2, "3" 3, "4" 4, "5" 5)
  set grid xtics
  set yrange [0.5:1]
  set ytics nomirror noenhanced ("0.5" 0.5, "0.6" 0.6, "0.7" 0.7, "0.8" 0.8, "0.9" 0.9, "1.0" 1)
  set grid ytics
  unset object
  plot $panel0_series0 using 1:3:4 with filledcurves linecolor rgb "#D55E00" notitle, \
    $panel0_series0 using 1:2 with lines linecolor rgb "#D55E00" linewidth 2 dashtype 1 notitle
  unset label
  unset arrow
  set lmargin at screen 0.5704
  set rmargin at screen 0.9736
  set tmargin at screen 0.8395
  set bmargin at screen 0.5368
  set xrange [0:10]
  set xtics nomirror noenhanced ("0" 0, "2" 2, "4" 4, "6" 6, "8" 8, "10" 10)
  set grid xtics
  set yrange [0:40]
  set ytics nomirror noenhanced ("0" 0, "10" 10, "20" 20, "30" 30, "40" 40)
  set grid ytics
  unset object
  plot $panel1_series0 using 1:3:4 with filledcurves linecolor rgb "#D55E00" notitle, \
    $panel1_series0 using 1:2 with lines linecolor rgb "#D55E00" linewidth 2 dashtype 1 notitle, \
    $panel1_series1 using 1:2 with lines linecolor rgb "#6E6E6E" linewidth 2 dashtype 2 notitle
  unset arrow
  set lmargin at screen 0.0748
  set rmargin at screen 0.4779
  set tmargin at screen 0.4289
  set bmargin at screen 0.1263
  set xrange [0:10]
  set xtics nomirror noenhanced ("0" 0, "2" 2, "4" 4, "6" 6, "8" 8, "10" 10)
  set grid xtics
  set yrange [20:80]
  set ytics nomirror noenhanced ("20" 20, "40" 40, "60" 60, "80" 80)
  set grid ytics
  unset object
  plot $panel2_series0 using 1:3:4 with filledcurves linecolor rgb "#D55E00" notitle, \
    $panel2_series0 using 1:2 with lines linecolor rgb "#D55E00" linewidth 2 dashtype 1 notitle, \
    $panel2_series1 using 1:2 with lines linecolor rgb "#6E6E6E" linewidth 2 dashtype 2 notitle
  unset arrow
  set lmargin at screen 0.5704
  set rmargin at screen 0.9736
  set tmargin at screen 0.4289
  set bmargin at screen 0.1263
  set xrange [0:10]
  set xtics nomirror noenhanced ("0" 0, "2" 2, "4" 4, "6" 6, "8" 8, "10" 10)
  set grid xtics
  set yrange [0:0.8]
  set ytics nomirror noenhanced ("0.0" 0, "0.2" 0.2, "0.4" 0.4, "0.6" 0.6, "0.8" 0.8)
  set grid ytics
  unset object
  plot $panel3_series0 using 1:3:4 with filledcurves linecolor rgb "#D55E00" notitle, \
    $panel3_series0 using 1:2 with lines linecolor rgb "#D55E00" linewidth 2 dashtype 1 notitle, \
    $panel3_series1 using 1:2 with lines linecolor rgb "#6E6E6E" linewidth 2 dashtype 2 notitle
  unset arrow
  unset multiplot
  unset output
}
