// The types of tsunagi-core.js. Models are JSON-shaped, with the field names of wasm/core/view.h.

export interface Context {
  language: 'ja' | 'en';
  /** unix seconds */
  now: number;
}

export interface Card {
  state: string;
  code?: string;
  symbology?: string;
  second?: string;
  [field: string]: unknown;
}

export interface CardOptions {
  show_number?: boolean;
  show_full_screen?: boolean;
  card_page_url?: string;
  stock_url?: string;
}

export interface Stock {
  shops: Record<string, unknown>[];
  [field: string]: unknown;
}

export type Barcode = { width: number; height: number; path: string; error?: undefined } | { error: string };

export interface Core {
  card(card: Card, options: CardOptions, context: Context): string;
  fullScreen(card: Card, context: Context): string;
  stock(stock: Stock, context: Context): string;
  barcode(symbology: string, text: string): Barcode;
}

/** From an address or from bytes; one core for one source. */
export function load(source: string | BufferSource): Promise<Core>;
