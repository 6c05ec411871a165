/** Whether this runs in continuous integration, by `CI`; there what is missing is an error, and nothing is skipped. */
export const isContinuous = ({ CI }: NodeJS.ProcessEnv = process.env): boolean =>
  CI !== undefined && !['', '0', 'false'].includes(CI)
