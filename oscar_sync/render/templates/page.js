const find = document.getElementById("find"), told = document.getElementById("told");
find.parentElement.hidden = false;
find.addEventListener("input", () => {
  const text = find.value.trim().toLowerCase();
  const entries = [...document.querySelectorAll("[data-name]")];
  for (const entry of entries)
    entry.classList.toggle("miss", !entry.dataset.name.toLowerCase().includes(text));
  const left = entries.filter((entry) => !entry.classList.contains("miss")).length;
  told.textContent = `${left} of ${entries.length} shown`;
});
