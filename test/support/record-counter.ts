const applicationData = 0x17
const recordHeadBytes = 5

/** Counts TLS records of application data: walks from record to record, whatever the pieces they come in. */
export function createRecordCounter(counted: () => void): (chunk: Buffer) => void {
  let head = Buffer.alloc(0)
  let left = 0
  return (chunk) => {
    let at = 0
    while (at < chunk.length) {
      if (left > 0) {
        const skipped = Math.min(left, chunk.length - at)
        left -= skipped
        at += skipped
        continue
      }
      const taken = chunk.subarray(at, at + recordHeadBytes - head.length)
      head = Buffer.concat([head, taken])
      at += taken.length
      if (head.length < recordHeadBytes) return
      if (head[0] === applicationData) counted()
      left = head.readUInt16BE(3)
      head = Buffer.alloc(0)
    }
  }
}
