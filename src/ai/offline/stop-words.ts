const list = `a about above after again all also am an and any are as at be because been before being below between both
but by can could did do does doing don done down during each either else ever every few for from further get gets getting
give given go goes going got had has have having he her here hers herself him himself his how however i if in into is it
its itself just know let like ll make makes many may me might mine more most much must my myself no nor not now of off on
once one only onto or other our ours out over own per please re really s said same say see shall she should so some
something still such t than that the their theirs them themselves then there these they thing things this those though
through to too under until up upon us use used using ve very via was we were what whatever when where whether which while
who whom whose why will with within without would yes yet you your yours yourself`;

/** Words that carry grammar rather than a subject. */
export const stopWords: ReadonlySet<string> = new Set(list.split(/\s+/));
