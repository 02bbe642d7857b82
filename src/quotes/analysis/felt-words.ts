import type { EmotionalTone } from "./emotional-tone.js";

/** Words that go with one feeling, and where that feeling stands. */
export interface FeltWords {
  /** The tone that they speak for; those without one only please or hurt. */
  readonly tone?: EmotionalTone;
  /** −1 (unpleasant) to 1 (pleasant). */
  readonly valence: number;
  /** 0 (at rest) to 1 (stirred up). */
  readonly arousal: number;
  /** In any one of their forms: they are compared by their stems. */
  readonly words: string;
}

/**
 * Atrium's own list. Feelings are placed by how pleasant and how stirred up they are, after Russell's circumplex (1980);
 * which words belong to which was decided by reading, not counted in any corpus.
 */
export const feltWords: readonly FeltWords[] = [
  {
    ...{ tone: "joyful", valence: 0.9, arousal: 0.8 },
    words: `joy joyful joyous happy happiness happily happier happiest delight delightful delighted glad gladness cheer cheerful
      celebrate celebration smile smiling bliss merry jubilant dance sing shine sunshine sunny festive thrill thrilled excited
      excitement ecstatic fun enjoy enjoyment pleased pleasure wonderful triumph victory win won glorious radiant glow
      elated elation exhilarating jolly gleeful glee overjoyed euphoria euphoric rejoice beam grin sparkle sparkling
      playful lively vivid exuberant zest feast party carnival birthday cheers hooray yippee champion medal laughter magic marvellous marvelous fantastic breathtaking hilarious`,
  },
  {
    ...{ tone: "hopeful", valence: 0.7, arousal: 0.5 },
    words: `hope hopeful hopefully dawn sunrise promise possible possibility begin beginning grow growth seed spring bloom blossom
      believe belief faith optimistic optimism trust heal recover recovery tomorrow horizon opportunity chance renew
      encourage encouraging encouragement reassure rescue rescued restore rebuild revive eager uplift uplifting
      resilient promising salvation redeem improve improvement progress awaken rise aspire inspire light lantern brighter`,
  },
  {
    ...{ tone: "loving", valence: 0.8, arousal: 0.4 },
    words: `love loved loving beloved tender tenderness kind kindness embrace hug hugged friend friendly friendship caring affection
      compassion cherish darling adore devotion romance sweetheart treasure gracious courteous gentle comfort comforting comforted console hospitality loyal loyalty faithful
      companion companionship cuddle kiss fond fondness dear dearest sincere charity charitable merciful mercy nurture
      cosy cozy belong beloved reunion reunited warmth warm forgive forgave forgiven forgiveness generous
      generosity sympathy welcome togetherness`,
  },
  {
    ...{ tone: "grateful", valence: 0.9, arousal: 0.4 },
    words: `grateful gratitude thank thanks thankful bless blessed blessing appreciate appreciation gift lucky fortunate privilege privileged indebted`,
  },
  {
    ...{ tone: "calm", valence: 0.5, arousal: 0.1 },
    words: `calm calmly calmness peace peaceful serene serenity rest rested restful tranquil tranquillity relax relaxed ease
      harmony content contentment mellow meditate meditation leisure leisurely hush undisturbed secure security soothing gentle quiet quietly still stillness patience patient balance breathe unhurried
      relief`,
  },
  {
    ...{ tone: "humorous", valence: 0.5, arousal: 0.6 },
    words: `funny joke humour humor comic comedy absurd silly ridiculous prank clown witty wit ironic irony sarcasm giggle
      hilarity goofy quirky pun satire mischief mischievous prankster chuckle amuse amusing hilarious laugh`,
  },
  {
    ...{ tone: "defiant", valence: 0.3, arousal: 0.8 },
    words: `fight dare defy defiance defiant refuse resist resistance rebel rebellion revolt stand courage courageous brave
      valiant hero heroic undaunted stubborn protest uprising liberate unafraid bravery bold boldly fearless conquer unbroken unbowed surrender persist persevere warrior`,
  },
  {
    ...{ tone: "melancholic", valence: -0.8, arousal: 0.2 },
    words: `sad sadness sadly sorrow sorrowful grief grieve tear weep wept cry cried mourn mourning loss lose lost lonely
      loneliness alone orphan regret gone farewell goodbye empty emptiness ache heartbreak heartbroken broken gloom gloomy
      despair despairing melancholy misery miserable nostalgia homesick grave depressed depression depressing divorce widow dejected downcast forlorn desolate desolation bleak dismal hopeless
      hopelessness helpless helplessness hurtful heartache wail sob moan lament doomed doom collapse collapsed vanish
      vanished ruined neglect neglected unloved unwanted unhappy unhappiness disappoint disappointed disappointing
      disappointment dismay shatter shattered wreck wretched pitiful pity tragic tragedy coffin cemetery perish drown drowned starve
      starving exile isolated isolation rejected rejection sigh numb bereaved funeral bury buried fade wither abandon
      abandoned forsaken tired weary fail failure crush crushed die died dying death dead suffer suffering wasted`,
  },
  {
    ...{ tone: "fearful", valence: -0.7, arousal: 0.8 },
    words: `fear fearful afraid dread dreadful terror terrify terrifying terrified panic anxious anxiety worry worried danger
      dangerous threat threaten nightmare alarm alarming nervous uneasy unease fright phobia menace menacing creepy eerie ominous suspicion peril perilous
      hazard risk siren shudder shiver cower paranoid dreading horrify horrified horrifying shake shaking scare scared frightened frightening horror tremble haunt`,
  },
  {
    ...{ tone: "angry", valence: -0.8, arousal: 0.9 },
    words: `anger angry rage hate hatred fury furious betray betrayed betrayal liar lied unjust injustice unfair cruel cruelty
      disgust disgusting revenge enemy outrage resent resentment hostile brutal contempt despise mock mocked humiliate
      humiliated greed greedy torture tortured disgrace hatred loathe loathing detest abhor insult insulted offend offensive wrath scorn spite spiteful vicious malice
      malicious tyrant tyranny oppress oppression bully bullies grudge envy jealous jealousy resentful irritate irritated
      irritating annoy annoyed annoying frustrate frustrated frustrating frustration slam accuse accused cheat cheated
      thief steal stole rob robbed vengeance savage ruthless arrogant arrogance corrupt corruption coward cowardly traitor quarrel bitter bitterness tore`,
  },
  {
    ...{ tone: "reflective", valence: 0.1, arousal: 0.2 },
    words: `think thought thoughtful wonder meaning truth wise wisdom question know knowledge learn understand memory examine
      examined unexamined mind soul reflect reflection ponder contemplate philosophy conscience reason existence essence
      perhaps lesson teach teacher`,
  },
  {
    ...{ valence: 0.7, arousal: 0.5 },
    words: `good great better best beautiful beauty perfect excellent amazing awesome brilliant elegant lovely nice splendid
      superb success succeed successful proud pride admire confident confidence talented healthy safe free freedom honest
      praise sweet delicious fine well satisfied delightful charming charm graceful grace glory magnificent spectacular stunning gorgeous precious
      remarkable outstanding impressive impressed terrific fabulous heavenly paradise blissful treat tasty yummy fresh
      favourite favorite fortune prosper prosperity thrive thriving flourish flourishing wealth achievement accomplish
      accomplished genius clever gifted skilled skilful worthy deserve deserved valuable priceless noble virtue virtuous
      honour honor honorable respect respected cure cured helpful supportive cooperate pleasant pleasurable agreeable adorable
      cute divine sublime pure safety protect protected like luck fun brighten benefit enchanting enthusiasm energetic enrich reward congratulations earn applaud palace sunlit friend`,
  },
  {
    ...{ valence: -0.7, arousal: 0.6 },
    words: `bad worse worst evil terrible awful horrible ugly wrong poor pain painful hurt wound sick ill illness disease war
      kill destroy destroyed ruin shame ashamed guilt fault blame hungry hunger poison useless worthless waste weak prison
      prisoner accident punish punishment curse damage freeze freezing refugee victim violent violence catastrophe catastrophic disaster disastrous calamity crisis crime criminal murder murdered slaughter massacre
      bomb bleed bleeding injure injured injury harm harmful toxic filthy dirty dirt rotten rot stink foul nasty mean
      vile wicked sinister cruelly hideous dreadful lousy pathetic inferior worthlessness defective flawed failing broke bankrupt
      poverty debt famine drought flood plague cancer epidemic agony anguish torment trauma traumatic abuse abused rape
      slave slavery deceive deceit deceived deception dishonest fraud lies foolish fool idiot ignorant ignorance blind
      boring bored dull tedious exhausting exhausted burden hardship struggle stress stressful trouble troubled mess
      sadly unfortunately unfortunate unlucky unbearable unpleasant crippled cripple chaos sour slap stupid problem`,
  },
];

/** They turn what is felt after them, up to the end of their clause. */
export const negators: ReadonlySet<string> = new Set(
  "not n't no never nobody nothing none neither nor hardly scarcely barely without cannot lack lacks".split(" "),
);

/** A clause ends here; another may feel otherwise. */
export const clauseEnds: ReadonlySet<string> = new Set(
  ", ; : . ! ? … — – and but yet although though while because so".split(" "),
);
