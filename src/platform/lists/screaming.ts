/** `createdAt` as an enum value: `CREATED_AT`. */
export const screaming = (property: string): string =>
  property.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
