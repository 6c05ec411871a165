/** Runs a script that lies beside the page, as a page that is opened from a file may too; rejects where it is missing. */
export function loadScript(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script')
    script.src = name
    script.addEventListener('error', () => reject(new Error(`${name} is missing.`)))
    script.addEventListener('load', () => resolve())
    document.head.append(script)
  })
}
