// What runs inside the browser: the drawing of a chart.
import { drawChart } from '../../src/inspector/index.js'
import { sampleSession } from '../inspector/drawing/sample-session.js'

Object.assign(globalThis, { draw: () => drawChart(sampleSession) })
