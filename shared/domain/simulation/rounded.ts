/** To so many digits behind the point: figures are stored and shown, not calculated with. */
export const rounded = (value: number, digits = 2): number => Math.round(value * 10 ** digits) / 10 ** digits;
