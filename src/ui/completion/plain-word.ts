/** True for what needs no quoting in any shell: a repository must not be able to put words of its choice on a command line. */
export function isPlainWord(word: string): boolean {
  return /^[\p{L}\p{N}][\p{L}\p{N}_./@+-]*$/u.test(word);
}
