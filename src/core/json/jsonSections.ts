import { utf8Text } from './jsonPlaces.ts';

/** What is wrong with a text that should be JSON, as the end of a sentence. */
export class JsonFault extends Error {
  constructor(line: number, detail: string) {
    super(`line ${line}: ${detail}`);
    this.name = 'JsonFault';
  }
}

/** An element of one of the lists that were asked for. */
export interface JsonElement {
  /** The key of its list. */
  readonly section: string;
  /** As it stands in the file; valid until the next call of `push`. */
  readonly bytes: Uint8Array;
  /** Where it begins: bytes from the beginning of the file, and the line, from 1. */
  readonly start: number;
  readonly line: number;
}

/** A list that was asked for: where its brackets stand. */
export interface JsonList {
  readonly section: string;
  /** Behind the opening bracket. */
  readonly start: number;
  /** Of the closing bracket. */
  readonly end: number;
}

/** A value of the object that was asked for as a whole: of any kind, and as it stands in the file. */
export type JsonValue = Pick<JsonElement, 'section' | 'bytes' | 'line'>;

export interface JsonSectionsOptions {
  /** Keys of the object that the file holds, whose lists are gone through. */
  readonly wanted: readonly string[];
  readonly onElement: (element: JsonElement) => void;
  readonly onList?: (list: JsonList) => void;
  /** Other keys of the object, whose values are told as a whole. */
  readonly wholes?: readonly string[];
  readonly onWhole?: (value: JsonValue) => void;
  /** All further keys; without it their values are passed over. */
  readonly others?: JsonOthers;
}

/** Keys that aren't known before. */
export interface JsonOthers {
  /** In bytes: of a longer value the key alone is told. */
  readonly largest: number;
  /** @param bytes of the value as it stands in the file, valid until the next call of `push` */
  readonly onOther: (section: string, bytes: Uint8Array | undefined) => void;
}

/** An element is held in memory as a whole. */
const LARGEST_ELEMENT = 64 << 20;

const NEWLINE = 10;
const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const BACKSLASH = 92;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/** Where the reader is in the outermost object. */
const At = {
  Start: 0,
  Key: 1,
  InKey: 2,
  Colon: 3,
  Value: 4,
  Skipped: 5,
  Elements: 6,
  Element: 7,
  Whole: 8,
  Other: 9,
  End: 10,
} as const;
type At = (typeof At)[keyof typeof At];

/**
 * Goes through the lists of a JSON object that is too large to hold: piece by piece, with one element in memory at a time.
 * What lies outside of the wanted lists is passed over. Throws `JsonFault`.
 */
export class JsonSections {
  readonly #options: JsonSectionsOptions;
  #at: At = At.Start;
  /** Bytes of the pieces before. */
  #offset = 0;
  #line = 1;
  #section = '';
  #listStart = 0;
  /** Of a key or an element: its beginnings in earlier pieces, where it begins, and its line. */
  #parts: Uint8Array[] = [];
  #partBytes = 0;
  #start = 0;
  #startLine = 1;
  /** Within a value: open brackets, and whether in a string or behind a backslash. */
  #depth = 0;
  #inString = false;
  #escaped = false;

  constructor(options: JsonSectionsOptions) {
    this.#options = options;
  }

  push(piece: Uint8Array): void {
    /** Where the key or element that is being read goes on in this piece. */
    let from = 0;
    for (let i = 0; i < piece.length; i++) {
      const byte = piece[i]!;
      if (byte === NEWLINE) this.#line++;
      switch (this.#at) {
        case At.Skipped:
        case At.Whole:
        case At.Other:
        case At.Element: {
          const ended = this.#inValue(byte);
          if (ended === undefined) break;
          const end = ended ? i + 1 : i;
          if (this.#at === At.Element) {
            this.#emit(this.#taken(piece, from, end));
            this.#at = At.Elements;
          } else {
            if (this.#at !== At.Skipped) this.#tell(this.#taken(piece, from, end));
            this.#at = At.Key;
          }
          // A number ends with what follows it, which is looked at as well.
          if (!ended) this.#between(byte, i);
          break;
        }
        case At.InKey:
          if (this.#escaped) this.#escaped = false;
          else if (byte === BACKSLASH) this.#escaped = true;
          else if (byte === QUOTE) {
            this.#section = String(this.#parsed(this.#taken(piece, from, i + 1)));
            this.#at = At.Colon;
          }
          break;
        default:
          if (isSpace(byte) || (this.#offset + i < 3 && isMark(byte))) break;
          from = i;
          this.#between(byte, i);
      }
    }
    if (this.#at === At.InKey || this.#at === At.Element || this.#at === At.Whole || this.#at === At.Other) {
      this.#parts.push(piece.slice(from));
      this.#partBytes += piece.length - from;
      if (this.#at === At.Other) this.#skipLong();
      else if (this.#partBytes > LARGEST_ELEMENT) throw new JsonFault(this.#startLine, 'what begins there is too long');
    }
    this.#offset += piece.length;
  }

  /** To be called when all is read. */
  end(): void {
    if (this.#at === At.Start) throw new JsonFault(this.#line, 'there is nothing in it');
    if (this.#at !== At.End) throw new JsonFault(this.#line, 'it ends too early, as if it were cut off');
  }

  /** What isn't a space, outside of keys and values. */
  #between(byte: number, i: number): void {
    switch (this.#at) {
      case At.Start:
        if (byte !== OPEN_OBJECT) throw new JsonFault(this.#line, 'it must hold an object');
        this.#at = At.Key;
        break;
      case At.Key:
        if (byte === COMMA) break;
        if (byte === CLOSE_OBJECT) this.#at = At.End;
        else if (byte === QUOTE) this.#begin(At.InKey, i);
        else throw new JsonFault(this.#line, 'a key in quotes is missing');
        break;
      case At.Colon:
        if (byte !== COLON) throw new JsonFault(this.#line, `the colon behind "${this.#section}" is missing`);
        this.#at = At.Value;
        break;
      case At.Value:
        if (this.#options.wanted.includes(this.#section)) {
          if (byte !== OPEN_LIST) throw new JsonFault(this.#line, `"${this.#section}" must be a list`);
          this.#listStart = this.#offset + i + 1;
          this.#at = At.Elements;
        } else {
          const isWhole = this.#options.wholes?.includes(this.#section) === true;
          this.#beginValue(isWhole ? At.Whole : this.#options.others ? At.Other : At.Skipped, byte, i);
        }
        break;
      case At.Elements:
        if (byte === COMMA) break;
        if (byte === CLOSE_LIST) {
          this.#options.onList?.({ section: this.#section, start: this.#listStart, end: this.#offset + i });
          this.#at = At.Key;
        } else this.#beginValue(At.Element, byte, i);
        break;
      default:
        throw new JsonFault(this.#line, 'there is more behind the end of the object');
    }
  }

  #begin(at: At, i: number): void {
    this.#at = at;
    this.#start = this.#offset + i;
    this.#startLine = this.#line;
    this.#parts = [];
    this.#partBytes = 0;
    this.#escaped = false;
  }

  #beginValue(at: At, byte: number, i: number): void {
    if (byte === CLOSE_OBJECT || byte === CLOSE_LIST || byte === COLON) {
      throw new JsonFault(this.#line, `a value is missing in "${this.#section}"`);
    }
    this.#begin(at, i);
    this.#depth = byte === OPEN_OBJECT || byte === OPEN_LIST ? 1 : 0;
    this.#inString = byte === QUOTE;
  }

  /** Whether a byte ends the value that it is in: true with it, false before it, undefined not at all. */
  #inValue(byte: number): boolean | undefined {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (byte === BACKSLASH) this.#escaped = true;
      else if (byte === QUOTE) {
        this.#inString = false;
        if (this.#depth === 0) return true;
      }
      return undefined;
    }
    if (byte === QUOTE) this.#inString = true;
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) this.#depth++;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
      if (this.#depth === 0) return false;
      this.#depth--;
      if (this.#depth === 0) return true;
    } else if (byte === COMMA && this.#depth === 0) return false;
    return undefined;
  }

  #taken(piece: Uint8Array, from: number, end: number): Uint8Array {
    if (this.#parts.length === 0) return piece.subarray(from, end);
    const parts = [...this.#parts, piece.subarray(0, end)];
    const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let filled = 0;
    for (const part of parts) {
      bytes.set(part, filled);
      filled += part.length;
    }
    this.#parts = [];
    this.#partBytes = 0;
    return bytes;
  }

  #parsed(bytes: Uint8Array): unknown {
    try {
      return JSON.parse(utf8Text(bytes));
    } catch {
      throw new JsonFault(this.#startLine, `it is not JSON from there on`);
    }
  }

  #tell(bytes: Uint8Array): void {
    const { onWhole, others } = this.#options;
    if (this.#at === At.Whole) onWhole?.({ section: this.#section, bytes, line: this.#startLine });
    else others?.onOther(this.#section, bytes.length > others.largest ? undefined : bytes);
  }

  /** The rest of a value that is longer than what is wanted isn't held. */
  #skipLong(): void {
    const { largest, onOther } = this.#options.others!;
    if (this.#partBytes <= largest) return;
    this.#parts = [];
    this.#partBytes = 0;
    this.#at = At.Skipped;
    onOther(this.#section, undefined);
  }

  #emit(bytes: Uint8Array): void {
    this.#options.onElement({ section: this.#section, bytes, start: this.#start, line: this.#startLine });
  }
}

/** Of a byte order mark. */
function isMark(byte: number): boolean {
  return byte === 0xef || byte === 0xbb || byte === 0xbf;
}

function isSpace(byte: number): boolean {
  return byte === 32 || byte === NEWLINE || byte === 13 || byte === 9;
}
