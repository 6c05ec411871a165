/** Accounts on both domains of every real server; alice and bob have each other in their rosters. */
export const realUsers: readonly string[] = [
  'alice',
  'bob',
  'carol',
  'dave',
  'erin',
  ...Array.from({ length: 200 }, (_, index) => `u${index}`),
]

/** The password of every account of every real server. */
export const realPassword = 'secret'
