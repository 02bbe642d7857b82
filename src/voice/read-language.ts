/** Languages that Whisper and its like know, by ISO 639. */
const codes =
  "en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi he uk el ms cs ro da hu ta no th ur hr bg lt la mi ml cy sk te fa lv bn sr az sl kn et mk br eu is hy ne mn bs kk sq sw gl mr pa si km sn yo so af oc ka be tg sd gu am yi lo uz fo ht ps tk nn mt sa lb my bo tl mg as tt haw ln ha ba jw su yue".split(
    " ",
  );

/** Names that Whisper uses and English dictionaries do not. */
const otherNames: Readonly<Record<string, string>> = {
  myanmar: "my",
  castilian: "es",
  valencian: "ca",
  flemish: "nl",
  haitian: "ht",
  letzeburgesch: "lb",
  luxembourgish: "lb",
  pushto: "ps",
  panjabi: "pa",
  moldavian: "ro",
  moldovan: "ro",
  sinhalese: "si",
  tibetan: "bo",
  tagalog: "tl",
  bengali: "bn",
  "norwegian nynorsk": "nn",
  nynorsk: "nn",
  mandarin: "zh",
};

/** The BCP 47 tag of a language that is told as a tag or by its English name, such as `english`; nothing when it is neither. */
export const readLanguage = (told: string): string | undefined => {
  const text = told.trim().toLowerCase().replaceAll("_", "-");
  if (/^[a-z]{2,3}(-[a-z0-9]{1,8})*$/.test(text)) return canonical(text);
  if (text in otherNames) return otherNames[text];
  const names = new Intl.DisplayNames("en", { type: "language" });
  const code = codes.find((each) => names.of(each)?.toLowerCase() === text);
  return code === undefined ? undefined : canonical(code);
};

const canonical = (tag: string): string | undefined => {
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
};

/** The language alone, such as `pt` of `pt-BR`: transcribers know no more of a tag. */
export const languageOf = (tag: string): string => tag.split("-")[0]?.toLowerCase() ?? tag;
