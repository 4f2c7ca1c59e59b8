"""Plots of a solve."""

import pyqtgraph as pg

from trm_gui import theme as themes

LEAST_WIDTH = 35 * themes.SPACE
"""Logical pixels of a plot, in which three tabs stand in words."""

pg.setConfigOption("background", None)  # what is behind a plot, until it is dressed; never black
