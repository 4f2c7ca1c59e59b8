"""Plots of a solve."""

import pyqtgraph as pg

pg.setConfigOption("background", None)  # what is behind a plot, until it is dressed; never black
