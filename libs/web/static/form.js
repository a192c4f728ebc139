// The form's own comforts: where one stands, and photos made smaller before they travel. All works without.
(() => {
  "use strict";
  const place = document.querySelector("[data-position]");
  if (place && navigator.geolocation) {
    const [lat, long] = ["lat", "long"].map((id) => document.getElementById(id));
    const [take, drop] = ["take", "drop"].map((name) => place.querySelector(`[data-${name}]`));
    const told = place.querySelector("[role=status]");
    const show = () => { drop.hidden = !lat.value; take.hidden = !!lat.value; };
    place.hidden = false;
    show();
    take.addEventListener("click", () => {
      told.textContent = told.dataset.busy;
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          lat.value = coords.latitude.toFixed(6);
          long.value = coords.longitude.toFixed(6);
          told.textContent = told.dataset.done.replace("{metres}", Math.ceil(coords.accuracy));
          show();
        },
        () => { told.textContent = told.dataset.failed; },
        { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 },
      );
    });
    drop.addEventListener("click", () => { lat.value = long.value = told.textContent = ""; show(); take.focus(); });
  }

  const SIDE = 2000, ENOUGH = 400000;
  const shrunk = async (file) => {
    if (!file.type.startsWith("image/") || file.size < ENOUGH) return file;
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    return blob && blob.size < file.size ? new File([blob], file.name.replace(/\.\w+$/, ".jpg"), { type: blob.type }) : file;
  };
  const photos = document.querySelector("[data-shrink]");
  photos?.addEventListener("change", async () => {
    if (!window.createImageBitmap || !window.DataTransfer) return;
    const chosen = photos.files;
    const small = new DataTransfer();
    for (const file of chosen) small.items.add(await shrunk(file).catch(() => file));
    if (photos.files === chosen) photos.files = small.files;
  });
})();
