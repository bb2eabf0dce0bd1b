const specifications = JSON.parse(document.getElementById("specifications").textContent);
const options = { actions: false, renderer: "svg", loader: { load: () => Promise.reject(new Error("offline")) } };
for (const [id, specification] of Object.entries(specifications)) {
  const plot = document.getElementById(id);
  const still = plot.innerHTML;
  plot.textContent = "";
  vegaEmbed(plot, specification, options)
    .then(() => { plot.dataset.drawn = "yes"; })
    .catch((error) => { plot.innerHTML = still; plot.dataset.drawn = "no"; console.error(error); });
}
