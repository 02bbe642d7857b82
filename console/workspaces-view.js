import { request } from "./api.js";
import { byId, element } from "./dom.js";
import { session } from "./session.js";

const workspacesDocument = `query Workspaces {
  workspace { id role }
  workspaces(first: 100, orderBy: [{ field: NAME }]) { nodes { id name } }
}`;

const choice = byId("workspace");

/** Which workspace is looked at; there is a choice for those who are in several. */
export const openWorkspaces = async () => {
  const field = byId("workspace-choice");
  try {
    const { workspace, workspaces } = await request(workspacesDocument);
    choice.replaceChildren(...workspaces.nodes.map(({ id, name }) => element("option", { value: id }, name)));
    choice.value = workspace.id;
    // Buttons that this role has no right to are not shown: `data-least`.
    document.body.dataset.role = workspace.role;
    field.hidden = workspaces.nodes.length < 2;
  } catch (error) {
    field.hidden = true;
    // Somebody who is no longer a member goes back to what is theirs.
    if (error.code === "FORBIDDEN" && session.workspaceId) session.enterWorkspace(undefined);
  }
};

choice.addEventListener("change", () => session.enterWorkspace(choice.value));
