// How much a customer may hold.
export const kMaxNameLength = 255;
export const kMaxNoteLength = 5000;
export const kMaxTags = 250;
export const kMaxTagLength = 255;
