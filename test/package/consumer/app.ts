import { drawMermaid, drawChart, toGraph, type ChartGraph } from 'xmpp-machines/inspector'
import { sessionMachine } from 'xmpp-machines/machines'

export const graph: ChartGraph = toGraph(sessionMachine)
export const text: string = drawMermaid(sessionMachine)
export const svg: Promise<string> = drawChart(graph)
