// To another page of the console without losing the window, and what is unlocked in it.

export function go(path) {
  const link = document.createElement("a");
  link.href = path;
  link.hidden = true;
  document.getElementById("frame").append(link);
  htmx.process(link);
  link.click();
}
