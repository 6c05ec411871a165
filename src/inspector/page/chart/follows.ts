import { signal } from '@preact/signals'

/** Whether the chart moves so that the active states are seen. */
export const follows = signal(true)
