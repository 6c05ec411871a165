import type { Pane } from './pane.js'

/** Every part of the page but the tree, the chart and the time bar, in the order of their tabs. */
export const panes: readonly Pane[] = []
