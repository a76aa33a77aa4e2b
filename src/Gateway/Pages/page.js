"use strict";
// The page is whole without this. Copy buttons are shown only where they work.
const said = document.getElementById("said");

async function copy(text) {
  // Browsers give the clipboard to HTTPS and to this machine alone; elsewhere the old way still works.
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "unseen";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (!done) throw new Error("refused");
}

for (const button of document.querySelectorAll("button[data-copy]")) {
  const source = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener("click", async () => {
    let word = "Copied";
    try {
      await copy(source.textContent);
    } catch {
      getSelection().selectAllChildren(source);
      word = "Selected";
    }
    button.focus();
    button.textContent = word;
    said.textContent = `${word}: ${source.textContent}`;
    setTimeout(() => {
      button.textContent = "Copy";
      said.textContent = "";
    }, 2000);
  });
}
