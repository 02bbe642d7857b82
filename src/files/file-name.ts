/** Most characters of a name, as its column has them. */
const mostCharacters = 255;

/** Names that Windows keeps for devices, whatever stands behind their first dot. */
const device = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?=\.|$)/i;

/**
 * The name of a file as it may be shown and offered to save: without a path, controls, marks that turn the direction of
 * writing, and what some system cannot save. It never says where anything is stored.
 */
export const cleanFileName = (name: string): string => {
  const last = name.toWellFormed().normalize("NFC").split(/[/\\]/).at(-1) ?? "";
  const shown = last.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "").replaceAll(/[<>:"|?*]/g, "_");
  const trimmed = shown.replaceAll(/^[\s.]+|[\s.]+$/gu, "");
  const safe = trimmed.replace(device, "_$&");
  return safe === "" ? "file" : cut(safe);
};

/** As many characters as there may be, with the ending kept. */
const cut = (name: string): string => {
  const characters = [...name];
  if (characters.length <= mostCharacters) return name;
  const ending = [...(/\.\w{1,10}$/.exec(name)?.[0] ?? "")];
  return [...characters.slice(0, mostCharacters - ending.length), ...ending].join("");
};
