/**
 * Rhetorical figures that hold for every tone and for every noun phrase as `{topic}`: the topic stands as an object, after
 * a preposition, or as the subject of a modal verb or past tense, so its number never matters.
 */
export const figures: readonly (readonly string[])[] = [
  // Imperative
  [
    "bring {quality} to {topic}, and {gift} will follow",
    "meet {topic} with {quality}, and you may leave with {gift}",
    "come to {topic} with {quality}, and stay for {gift}",
    "before you ask {topic} for {gift}, offer a little {quality}",
    "if {topic} should ever test you, {deed}",
    "should {topic} ever leave you without words, {deed}",
    "when it comes to {topic}, {deed}; {gift} will come later",
    "spend less time {delay} and more time with {topic}",
    "let {quality} introduce you to {topic}, and let {lure} wait outside",
    "on the days when {topic} might ask too much, {deed}",
  ],
  // Antithesis, parallel and chiasmus
  [
    "{quality} opens the door to {topic}; {lure} only knocks",
    "{lure} may bring you to {topic}, but only {quality} will see you through",
    "where {lure} gives up on {topic}, {quality} begins",
    "what {lure} cannot teach you about {topic}, {quality} will",
    "less {lure}, more {quality}: that is most of what there is to know about {topic}",
    "some come to {topic} for {lure} and stay for {gift}",
    "many talk about {topic}; a few {deed}",
    "anyone can talk about {topic}; it takes {quality} to {deed}",
    "you can approach {topic} by {delay}, or you can {deed}",
    "nobody ever found {gift} in {topic} by {delay}",
    "the secret of {topic} was never {lure}; it was {quality}",
    "{topic} will not ask you for {lure}, only for {quality}",
    "nothing about {topic} demands {lure}, and almost everything rewards {quality}",
    "{delay} has never brought anyone closer to {topic}, but {quality} has",
    "bring {quality=a} to {topic}, and {topic} will bring you back to {quality=a}",
    "first we bring {quality} to {topic}; later, with luck, {topic} will bring {quality} to us",
    "{topic} without {quality=a} can be loud; {topic} with {quality=a} can be heard",
    "{topic} may teach you {quality}, and {quality} may teach you the rest",
    "give {topic} your time, and in return you may find {gift}",
    "come to {topic} with {quality=a}, and you may leave with more {quality=a} than you brought",
  ],
  // Definition
  [
    "the first lesson of {topic} is {quality}; the second is to {deed}",
    "half the art of {topic} is {quality}; the other half is knowing when to {deed}",
    "the hardest part of {topic} is to {deed}; the rest is {quality}",
    "at the heart of {topic} you will find less {lure} than {quality}",
    "the best thing anyone can bring to {topic} is {quality}, and the next best is {quality}",
    "there is no shortcut in {topic}; there is only {quality}, one day after another",
    "between you and {topic} stands nothing that {quality} cannot move",
    "every good story about {topic} begins with someone who chose to {deed}",
  ],
  // Question
  [
    "what might {topic} look like if we chose {quality} over {lure}?",
    "what would change about {topic} if you were to {deed}?",
    "who ever regretted bringing {quality} to {topic}?",
    "what if all that {topic} ever wanted from you was {quality}?",
    "if {topic} offered you {gift}, would you know how to say yes?",
    "when did {delay} ever bring anyone closer to {topic}?",
    "how much of {topic} is {lure}, and how much of it is simply {quality}?",
  ],
  // Metaphor
  [
    "think of {topic} as {image#0}: {image#1}",
    "treat {topic} like {image#0}: {image#1}",
    "you might think of {topic} as {image#0}: {image#1}",
    "imagine {topic} as {image#0}; {image#1}",
    "it helps to see {topic} as {image#0}: {image#1}",
    "if you must picture {topic}, picture {image#0}: {image#1}",
  ],
  // Likeness
  [
    "with {topic}, as with {likeness#0}, {likeness#1}",
    "with {topic}, as with {likeness#0}, {likeness#1}",
    "anyone who understands {likeness#0} already understands something about {topic}: {likeness#1}",
    "{likeness#0} could teach us this much about {topic}: {likeness#1}",
    "what holds for {likeness#0} holds for {topic}: {likeness#1}",
  ],
];

/** Closing sentences that every tone fills with its own words. */
export const closers: readonly string[] = [
  "{deed}, and let the rest follow",
  "when in doubt, {deed}",
  "first {deed}; then {deed}",
  "start with {quality}, and {deed}",
  "keep {quality} close and {lure} at arm's length",
  "{lure} fades; {quality} stays",
  "{quality} will do what {lure} cannot",
  "if you have to choose, choose {quality} over {lure}",
  "nobody regrets a little {quality}",
  "{lure} can wait; {quality} cannot",
  "it takes {quality} to {deed}, and a little more to {deed}",
  "trade {lure} for {quality}, and call it a bargain",
  "there are worse plans than to {deed}",
  "{quality} is a fine place to start",
  "sometimes it is enough to {deed}",
  "those who {deed} seldom ask for {lure}",
];

/** How a sentence turns to its audience before it begins. */
export const statementSalutations: readonly string[] = [
  "a word for {audience}: ",
  "to {audience}, one thing: ",
  "here is something for {audience} to keep: ",
  "tell {audience} this much: ",
  "a note to {audience}: ",
  "let {audience} remember this: ",
];

export const questionSalutations: readonly string[] = [
  "a question for {audience}: ",
  "let us ask {audience}: ",
  "something for {audience} to consider: ",
];
