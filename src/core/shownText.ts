const names: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** What terminals and logs take for commands, or for the end of a line: a file's name may hold any of it. */
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;
const BUT_LINE_BREAKS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]/g;

/** A text as one line for a person: control characters are shown, as `\n` and `\x1b`, and do nothing. */
export function shownLine(text: string): string {
  return text.replaceAll(CONTROLS, shown);
}

/** The same of a text that has lines of its own. */
export function shownLines(text: string): string {
  return text.replaceAll(BUT_LINE_BREAKS, shown);
}

function shown(character: string): string {
  const code = character.charCodeAt(0);
  const hex = code.toString(16);
  return names[character] ?? (code < 0x100 ? `\\x${hex.padStart(2, '0')}` : `\\u${hex}`);
}
