// What the page asks of the simulator. Every failure is a Problem whose message is for the person at the page.

export class Problem extends Error {}

const UNREACHABLE = "The simulator doesn't answer. If it was stopped, start it again; this page reconnects by itself.";

async function request(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Problem(UNREACHABLE);
  }
  const answer = await response.json().catch(() => null);
  if (response.ok) return answer;
  throw new Problem(answer?.error ?? `The simulator refused this (status ${response.status}). Its log says why.`);
}

const post = (path, body) =>
  request(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

export const api = {
  state: () => request("/sim/state"),
  addCustomer: (person) => post("/sim/customers", person),
  addMember: (person) => post("/sim/members", person),
  send: (message) => post("/sim/send", message),
  album: (album) => post("/sim/album", album),
  edit: (edit) => post("/sim/edit", edit),
  react: (reaction) => post("/sim/react", reaction),
  press: (press) => post("/sim/press", press),
  block: (customerId, blocked) => post("/sim/block", { customer_id: customerId, blocked }),
  topic: (threadId, action) => post("/sim/topic", { thread_id: threadId, action }),
  limits: (enforce) => post("/sim/limits", { enforce }),
  faults: (rules) => post("/sim/faults", { rules }),
  reset: () => post("/sim/reset", {}),
  upload(file) {
    const form = new FormData();
    form.append("file", file);
    return request("/sim/upload", { method: "POST", body: form });
  },
};
