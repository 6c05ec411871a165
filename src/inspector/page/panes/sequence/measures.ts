/** In px. */
export const rowHeight = 30
/** A line takes at least so much room, and at most. */
export const laneWidths = { least: 80, most: 190 }
export const headHeight = 34
/** Where the times stand. */
export const gutter = 92
