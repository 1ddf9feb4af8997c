/**
 * A font of our own, so that pictures look the same wherever they are made: five columns and nine rows a letter, the last
 * two rows below the line. Rows are digits to the base of 32, the leftmost dot in the highest bit.
 */
// prettier-ignore
const glyphs: ReadonlyMap<string, string> = new Map([
  ['A', 'ehhvhhh00'], ['B', 'uhhuhhu00'], ['C', 'ehggghe00'], ['D', 'uhhhhhu00'], ['E', 'vgguggv00'],
  ['F', 'vgguggg00'], ['G', 'ehgnhhf00'], ['H', 'hhhvhhh00'], ['I', 'e44444e00'], ['J', '72222ic00'],
  ['K', 'hikokih00'], ['L', 'ggggggv00'], ['M', 'hrllhhh00'], ['N', 'hppljjh00'], ['O', 'ehhhhhe00'],
  ['P', 'uhhuggg00'], ['Q', 'ehhhlid00'], ['R', 'uhhukih00'], ['S', 'fgge11u00'], ['T', 'v44444400'],
  ['U', 'hhhhhhe00'], ['V', 'hhhhha400'], ['W', 'hhhllla00'], ['X', 'hha4ahh00'], ['Y', 'hha444400'],
  ['Z', 'v1248gv00'], ['a', '00e1fhf00'], ['b', 'gguhhhu00'], ['c', '00ehghe00'], ['d', '11fhhhf00'],
  ['e', '00ehvgf00'], ['f', '68s888800'], ['g', '00fhhhf1e'], ['h', 'gguhhhh00'], ['i', '40c444e00'],
  ['j', '2062222ic'], ['k', 'ggikoki00'], ['l', 'c44444e00'], ['m', '00qllll00'], ['n', '00uhhhh00'],
  ['o', '00ehhhe00'], ['p', '00uhhhugg'], ['q', '00fhhhf11'], ['r', '00mpggg00'], ['s', '00fge1u00'],
  ['t', '88s889600'], ['u', '00hhhhf00'], ['v', '00hhha400'], ['w', '00hhlla00'], ['x', '00ha4ah00'],
  ['y', '00hhhhf1e'], ['z', '00v248v00'], ['0', 'ehjlphe00'], ['1', '4c4444e00'], ['2', 'eh1248v00'],
  ['3', 'v2421he00'], ['4', '26aiv2200'], ['5', 'vgu11he00'], ['6', '68guhhe00'], ['7', 'v12488800'],
  ['8', 'ehhehhe00'], ['9', 'ehhf12c00'], ['!', '444440400'], ['"', 'aaa000000'], ['#', 'aavavaa00'],
  ['$', '4fke5u400'], ['%', 'op248j300'], ['&', 'cik8lid00'], ["'", '448000000'], ['(', '248884200'],
  [')', '842224800'], ['*', '04lel4000'], ['+', '044v44000'], [',', '00000cc48'], ['-', '000e00000'],
  ['.', '00000cc00'], ['/', '01248g000'], [':', '0cc0cc000'], [';', '0cc0cc480'], ['<', '248g84200'],
  ['=', '00v0v0000'], ['>', '842124800'], ['?', 'eh1240400'], ['@', 'eh1dlle00'], ['[', 'e88888e00'],
  ['\\', '0g8421000'], [']', 'e22222e00'], ['^', '4ah000000'], ['_', '0000000v0'], ['`', '842000000'],
  ['{', '244844200'], ['|', '444444400'], ['}', '844244800'], ['~', '008l20000'], ['·', '000400000'],
  ['–', '000v00000'], ['×', '0ha4ah000'], ['…', '000000l00'],
]);
const UNKNOWN = 'vhhhhhv00';

const COLUMNS = 5;
const ROWS = 9;
/** Dots from one letter to the next. */
export const ADVANCE = COLUMNS + 1;
/** Dots above the line that letters stand on. */
export const ASCENT = 7;

/** Letters that can be drawn: accents are left away, and what isn't known becomes a box. */
export function drawableText(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{Mark}/gu, '');
}

/** Dots that a text is wide at a scale of 1. */
export function textWidth(text: string): number {
  return Math.max(0, Array.from(drawableText(text)).length * ADVANCE - 1);
}

/** A text of at most so many letters. */
export function shortened(text: string, letters: number): string {
  const all = Array.from(drawableText(text));
  return all.length <= letters ? all.join('') : `${all.slice(0, letters - 1).join('')}…`;
}

/**
 * Calls `dot` with the column and row of every dot of a text, at twice the size: the corners of stairs are filled in
 * halfway (the rule of "Scale2x", by A. Mazzoleni), so that slopes look like slopes.
 */
export function textDots(text: string, dot: (column: number, row: number) => void): void {
  Array.from(drawableText(text)).forEach((letter, position) => {
    const rows = Array.from(glyphs.get(letter) ?? (letter === ' ' ? '0' : UNKNOWN), (digit) => parseInt(digit, 32));
    const isSet = (column: number, row: number) =>
      column >= 0 && column < COLUMNS && ((rows[row] ?? 0) >> (COLUMNS - 1 - column)) % 2 === 1;
    for (let row = 0; row < ROWS; row++) {
      for (let column = 0; column < COLUMNS; column++) {
        const own = isSet(column, row);
        const [up, down] = [isSet(column, row - 1), isSet(column, row + 1)];
        const [left, right] = [isSet(column - 1, row), isSet(column + 1, row)];
        const corners = [
          left === up && left !== down && up !== right ? left : own,
          up === right && up !== left && right !== down ? right : own,
          left === down && left !== up && down !== right ? left : own,
          down === right && down !== left && right !== up ? right : own,
        ];
        corners.forEach((set, corner) => {
          if (set) dot(2 * (position * ADVANCE + column) + (corner % 2), 2 * row + (corner >> 1));
        });
      }
    }
  });
}
