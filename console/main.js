import "./account-view.js";
import { analyticsView } from "./analytics-view.js";
import { budgetsView } from "./budgets-view.js";
import { dashboardsView } from "./dashboards-view.js";
import { byId } from "./dom.js";
import { ago } from "./format.js";
import { post } from "./graphql.js";
import { jobsView, openJobs, refreshJobs } from "./jobs-view.js";
import { LiveSocket } from "./live-socket.js";
import { acceptInvitation, confirmAddress, onReset, openReset, takeMailedLink } from "./mailed-links.js";
import { completeReturn, isReturn, openOtherWays } from "./other-ways.js";
import { promptsView } from "./prompts-view.js";
import { providersView } from "./providers-view.js";
import { openQuotes, refreshQuotes } from "./quotes-view.js";
import { reportsView } from "./reports-view.js";
import { resourcesView } from "./resources-view.js";
import { exchange, session } from "./session.js";
import { showSignIn } from "./sign-in-view.js";
import { startStudio, stopStudio } from "./studio-view.js";
import { openEngines } from "./system-view.js";
import { twinsView } from "./twins-view.js";
import { Views } from "./views.js";
import { voiceView } from "./voice-view.js";
import { openWorkspaces } from "./workspaces-view.js";

const eventsDocument = "subscription Events($after: String) { events(after: $after) { cursor kind } }";
/** A cut that heals faster than this is nobody's business, in milliseconds. */
const quietMs = 700;
const gatherMs = 80;

const live = new LiveSocket(
  (refused) => session.accessToken(refused),
  () => (session.workspaceId ? { "X-Workspace-Id": session.workspaceId } : {}),
);

const views = new Views(
  {
    providers: providersView,
    budgets: budgetsView,
    prompts: promptsView,
    voice: voiceView,
    jobs: jobsView,
    twins: twinsView,
    dashboards: dashboardsView,
    reports: reportsView,
    analytics: analyticsView,
    system: {
      open: (socket) => {
        resourcesView.open(socket);
        void openEngines();
      },
      close: resourcesView.close,
    },
  },
  live,
);

/** Many events in a row make one look at the lists. */
const gathered = (work) => {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(() => session.isOpen && work(), gatherMs);
  };
};
const lookAtJobs = gathered(refreshJobs);
const lookAtQuotes = gathered(refreshQuotes);
const kinds = new Set();
const lookAtView = gathered(() => {
  views.refresh(new Set(kinds));
  kinds.clear();
});
const lookAt = ({ kind }) => {
  kinds.add(kind);
  lookAtJobs();
  lookAtView();
  if (kind.startsWith("quote.")) lookAtQuotes();
};

const showOnly = (id) => {
  for (const main of document.querySelectorAll("main")) main.hidden = main.id !== id;
  for (const part of ["account", "views"]) byId(part).hidden = id !== "signed-in";
};

const enter = () => {
  byId("account-name").textContent = session.user.email;
  void openWorkspaces();
  showOnly("signed-in");
  void live.open();
  live.subscribe(eventsDocument, {}, { next: lookAt });
  startStudio(live, lookAtJobs);
  views.show();
  void openJobs();
  void openQuotes();
};

const leave = (reason) => {
  views.close();
  live.close();
  stopStudio();
  showSignIn(reason);
  void openOtherWays();
  showOnly("signed-out");
  byId("email").focus();
};

/** The link that the start screen prints signs in once; it must not stay in the address bar or the history. */
const enterByLink = async (refreshToken) => {
  history.replaceState(null, "", location.pathname + location.search);
  if (!session.isOpen) showOnly("opening");
  try {
    session.open(await exchange(refreshToken));
  } catch (error) {
    const used =
      "This sign-in link has been used already, or is older than half an hour. Please sign in with your password.";
    if (!session.isOpen) leave(error.code === "UNAUTHENTICATED" ? used : error.message);
  }
};

/** What a mailed link asks for; true when it has taken the page over. */
const followMailedLink = () => {
  const link = takeMailedLink();
  if (link?.name === "verify") void confirmAddress(link.token);
  if (link?.name === "invitation") void acceptInvitation(link.token);
  if (link?.name !== "reset") return false;
  openReset(link.token);
  showOnly("resetting");
  byId("new-password").focus();
  return true;
};
onReset(leave);

const linkToken = () => new URLSearchParams(location.hash.slice(1)).get("refresh");

session.addEventListener("opened", () => {
  views.close();
  live.close();
  enter();
  views.focus();
});
session.addEventListener("ended", ({ detail }) => leave(detail));
// A socket speaks with the token that it was opened with.
session.addEventListener("renewed", () => live.open());

let quietTimer;
live.addEventListener("state", ({ detail }) => {
  if (detail === "connecting") {
    quietTimer ??= setTimeout(() => {
      byId("connection").textContent = "reconnecting …";
    }, quietMs);
  } else {
    clearTimeout(quietTimer);
    quietTimer = undefined;
    byId("connection").textContent = "";
  }
  // What happened before the first event came with a cursor, nobody tells any more.
  if (detail === "live") {
    lookAtJobs();
    lookAtQuotes();
  }
});

byId("sign-out").addEventListener("click", async () => {
  const accessToken = await session.accessToken().catch(() => undefined);
  // Here first: the end of a session that is still in use would come back as an error from everywhere.
  session.end("You are signed out.");
  await post("mutation SignOut { signOut { id } }", {}, { accessToken }).catch(({ code }) => {
    if (code === "UNREACHABLE")
      showSignIn("You are signed out here. Atrium does not answer; there it ends within half an hour.");
  });
});
addEventListener("hashchange", () => {
  if (followMailedLink()) return;
  if (linkToken()) void enterByLink(linkToken());
  if (session.isOpen) views.follow();
});
setInterval(() => {
  for (const time of document.querySelectorAll("time")) time.textContent = ago(time.dateTime);
}, 30_000);

if (followMailedLink()) showSignIn();
else if (linkToken()) await enterByLink(linkToken());
else if (isReturn()) {
  showOnly("opening");
  await completeReturn(leave);
} else if (session.isOpen) enter();
else {
  showSignIn();
  void openOtherWays();
  showOnly("signed-out");
}
