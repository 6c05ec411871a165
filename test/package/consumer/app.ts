import type { Avatar, AvatarsFeature, VCard, VCardChanges } from 'xmpp-machines'
import { drawMermaid, drawChart, toGraph, type ChartGraph } from 'xmpp-machines/inspector'
import { sessionMachine } from 'xmpp-machines/machines'

export const graph: ChartGraph = toGraph(sessionMachine)
export const text: string = drawMermaid(sessionMachine)
export const svg: Promise<string> = drawChart(graph)

// Bytes that were read go into a Blob as they are, by the types too.
export const pictureOf = ({ bytes, type }: Avatar): Blob => new Blob([bytes], { type })
export const photoOf = ({ photo }: VCard): Blob | undefined => photo && new Blob([photo.bytes])
// Bytes of any memory are given.
export const publish = (feature: AvatarsFeature, bytes: Uint8Array): Promise<void> =>
  feature.publish({ bytes })
export const changes = (bytes: Uint8Array): VCardChanges => ({ photo: { bytes } })
