const list = (words: string): ReadonlySet<string> => new Set(words.split(/\s+/));

/**
 * Words as they stand in a text, with their forms. The kinds are those of LIWC (Pennebaker et al., 2015) and, for the first two,
 * of the dictionaries of agency and communion (Pietraszkiewicz et al., 2019); the words are Atrium's own choice.
 */
export const traitWords = {
  /** Acting, deciding, achieving, power. */
  agency: list(
    `achieve achieves achieved act acts acted action able aim ambition attain begin build builds built carry
    choose chooses chose choice climb command conquer control create creates created dare dares decide decides decided
    decision determined earn effort fight fights fought finish force goal lead leader leads make makes made master
    mastery move plan power powerful purpose push reach reached resolve rise solve stand start strength strive strong
    succeed success take try tries tried win wins won work works worked`,
  ),
  /** Others, care, belonging. */
  communion: list(
    `accept belong belongs belonging brother care caring children child community compassion connect
    embrace everybody everyone family father forgive friend friends friendship generous give gives giving grandmother
    help helps helped home hug human kind kindness listen love loved loves loving mother neighbour neighbours neighbor neighbors
    other others our ours ourselves people share shared shares sharing sister support team tender together trust
    understand understanding united us warm we welcome`,
  ),
  certain: list(
    `absolute absolutely all always certain certainly clear clearly complete completely definitely entire entirely ever every
    everybody everyone everything exact exactly fact forever indeed inevitable must necessarily never nobody none nothing
    only proof sure surely total totally true truly truth undoubtedly whole`,
  ),
  tentative: list(
    `almost appear appears chance could depend depends doubt guess guessing hope hopefully if kind likely luck may maybe
    might mostly often or perhaps possible possibly probably question quite rather roughly seem seems seemed some somehow
    someone something sometimes somewhat sort suppose unclear unsure usually wonder would`,
  ),
  self: list("i me my mine myself"),
  future: list(
    `ahead become becomes coming dawn eventually expect expected forthcoming future going gonna heir hope 'll later
    next plan promise shall someday soon tomorrow until upcoming will wo`,
  ),
  past: list(
    `ago already before did done former formerly gone had history lately past remember remembered then used was were
    yesterday`,
  ),
  /** They open a clause inside another one. */
  nesting: list(
    "although as because before if since so than that though unless until when whenever where whereas which while who whom whose",
  ),
} as const;
