// The types of tsunagi-reader.js.

export interface Reading {
  format: 'code128' | 'ean13' | 'ean8' | 'upca' | 'code39' | 'nw7' | 'qr';
  text: string;
}

export interface Reader {
  /**
   * The first barcode in a picture of width × height grey pixels (rows from the top, 0 is black), or null. A RangeError for a
   * picture without pixels, with a side above 4,096 or with more than 1,920 × 1,080.
   */
  read(pixels: Uint8Array | Uint8ClampedArray, width: number, height: number): Reading | null;
}

/** From an address or from bytes. */
export function load(source: string | BufferSource): Promise<Reader>;
