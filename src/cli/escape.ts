// Control characters (C0, DEL, C1), line separators, and what changes the direction of the text around it: names
// and labels come from other clients, and must not be able to move the cursor or to forge a line.
// eslint-disable-next-line no-control-regex -- control characters are exactly what is looked for
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** The text with everything made visible that a terminal would act upon: `\u001b` for an escape. */
export function printable(text: string): string {
  return text.toWellFormed().replace(UNSAFE, (character) => {
    return "\\u" + character.charCodeAt(0).toString(16).padStart(4, "0");
  });
}
