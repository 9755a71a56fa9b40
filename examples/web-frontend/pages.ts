import type { Closing, Comment, Draft, Issue } from "./board.ts";
import { html, type Html } from "./html.ts";

/** What a page says about the request before it: what was done, or what was refused and how to go on. */
export type Notice = { kind: "done" | "refused"; text: string; hint?: string | undefined };

/** Who is looking, and the token against forged forms of this very session. */
export type Viewer = { actor: string; csrf: string };

type Frame = { title: string; viewer?: Viewer | undefined; notice?: Notice | undefined; live?: boolean };

export function framed({ title, viewer, notice, live = false }: Frame, content: Html): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <link rel="stylesheet" href="/style.css" />
        <link rel="icon" href="data:," />
        ${live && html`<script src="/live.js" defer></script>`}
      </head>
      <body>
        <header>
          <a class="home" href="/">kata</a>
          ${
            viewer &&
            html`<form method="post" action="/sign-out">
              ${csrfField(viewer)}<span>Signed in as <b>${viewer.actor}</b></span> <button class="plain">Sign out</button>
            </form>`
          }
        </header>
        <main>${notice && noticeLine(notice)} ${content}</main>
      </body>
    </html> `;
}

function noticeLine({ kind, text, hint = "" }: Notice): Html {
  return html`<p class="notice ${kind}" role="${kind === "refused" ? "alert" : "status"}">${text} <span>${hint}</span></p>`;
}

export function welcomePage(project: string, notice?: Notice, providerSignOut?: string): Html {
  return framed(
    { title: project, notice },
    html`<h1>${project}</h1>
      <p>Sign in to see the project's open issues, to add some, and to close them. What you do is credited to you.</p>
      <p><a class="button" href="/sign-in">Sign in</a></p>
      ${providerSignOut !== undefined && html`<p class="quiet">The provider may know you still. <a href="${providerSignOut}">Sign out there, too</a></p>`}`,
  );
}

export function problemPage(title: string, text: string, viewer?: Viewer, more?: Html): Html {
  return framed(
    { title, viewer },
    html`<h1>${title}</h1>
      <p>${text}</p>
      ${more ?? html`<p><a class="button" href="/">Go on</a></p>`}`,
  );
}

/** The form that was sent, to be sent again as it was. */
export function againForm(action: string, viewer: Viewer, fields: Iterable<[string, string]>): Html {
  const hidden = Array.from(fields, ([name, value]) => name !== "csrf" && html`<input type="hidden" name="${name}" value="${value}" />`);
  return html`<form method="post" action="${action}">${csrfField(viewer)}${hidden}<button>Send it again</button></form>`;
}

type BoardPage = {
  project: string;
  viewer: Viewer;
  issues: readonly Issue[];
  cursor: number;
  draft: Draft;
  isLookalike?: boolean;
  notice?: Notice | undefined;
};

export function boardPage({ project, viewer, issues, cursor, draft, isLookalike = false, notice }: BoardPage): Html {
  return framed(
    { title: `${project}: open issues`, viewer, notice, live: true },
    html`<h1>${project} <small id="live" role="status"></small></h1>
      <section id="issues" data-cursor="${cursor}">${issueList(issues)}</section>
      <h2>New issue</h2>
      <form class="fields" method="post" action="/issues">
        ${csrfField(viewer)}<input type="hidden" name="key" value="${draft.key}" />
        <label>Title <input name="title" required maxlength="200" value="${draft.title}" /></label>
        <label>What is it about? <textarea name="body" rows="4">${draft.body}</textarea></label>
        ${isLookalike && html`<label class="check"><input type="checkbox" name="force_new" value="yes" />Mine is another issue: create it</label>`}
        <button>Create</button>
      </form>`,
  );
}

/** The part of the board that is loaded anew when something happens. */
export function issueList(issues: readonly Issue[]): Html {
  if (issues.length === 0) return html`<p class="quiet">Nothing is open.</p>`;
  return html`<ul class="issues">
    ${issues.map(
      (issue) =>
        html`<li>
          <a href="/issues/${issue.short_id}"><code>${issue.short_id}</code> <span class="title">${issue.title}</span></a>
          ${aboutIssue(issue)}
        </li>`,
    )}
  </ul>`;
}

function aboutIssue({ author, owner, priority, labels = [], created_at }: Issue): Html {
  const tags = [...(priority === undefined ? [] : [`P${priority}`]), ...labels].map((tag) => html`<span class="tag">${tag}</span> `);
  const text = `by ${author}, ${day(created_at)}${owner === undefined ? "" : `, owned by ${owner}`}`;
  return html`<span class="about">${tags}${text}</span>`;
}

const reasons = { done: "Done: it was carried out", wontfix: "Won't fix: nothing will be done" };
const proofs = { commit: "Commit", pr: "Pull request (URL)", test: "Test (command)", "reviewed-paths": "Reviewed files" };

type IssuePage = {
  project: string;
  viewer: Viewer;
  issue: Issue;
  comments: readonly Comment[];
  closing: Closing;
  notice?: Notice | undefined;
};

export function issuePage({ project, viewer, issue, comments, closing, notice }: IssuePage): Html {
  return framed(
    { title: `${issue.short_id}: ${issue.title}`, viewer, notice },
    html`<p class="quiet"><a href="/">${project}</a></p>
      <h1>
        ${issue.title} <small><code>${issue.short_id}</code></small>
      </h1>
      <p>${aboutIssue(issue)}</p>
      ${issue.body !== "" && html`<div class="text">${issue.body}</div>`}
      ${comments.map(
        ({ author, body, created_at }) =>
          html`<article>
            <p class="about">${author}, ${day(created_at)}</p>
            <div class="text">${body}</div>
          </article>`,
      )}
      ${issue.status === "closed" ? html`<p class="notice done">Closed as ${issue.closed_reason ?? "done"}.</p>` : closeForm(issue, viewer, closing)}`,
  );
}

function closeForm({ short_id }: Issue, viewer: Viewer, { reason, message, evidence_type, evidence }: Closing): Html {
  return html`<h2>Close</h2>
    <form class="fields" method="post" action="/issues/${short_id}/close">
      ${csrfField(viewer)}
      <label>Reason ${select("reason", reasons, reason)}</label>
      <label
        >Message
        <textarea name="message" rows="3" required placeholder="What was done, or why nothing will be, and how you know">
${message}</textarea>
      </label>
      <div class="pair">
        <label>Evidence ${select("evidence_type", proofs, evidence_type)}</label>
        <label>Which <input name="evidence" value="${evidence}" /></label>
      </div>
      <p class="quiet">Done wants a sentence (40 bytes) and evidence. Won't fix wants a longer one (60 bytes), and no evidence.</p>
      <button>Close issue</button>
    </form>`;
}

function select(name: string, options: Record<string, string>, chosen: string): Html {
  const each = Object.entries(options).map(
    ([value, text]) => html`<option value="${value}" ${value === chosen && html` selected`}>${text}</option>`,
  );
  return html`<select name="${name}">
    ${each}
  </select>`;
}

function csrfField({ csrf }: Viewer): Html {
  return html`<input type="hidden" name="csrf" value="${csrf}" />`;
}

function day(time: string): string {
  return time.slice(0, 10);
}
