/** In px. */
export const rowHeight = 30
export const laneWidth = 116
export const headHeight = 34
/** Where the times stand. */
export const gutter = 92
