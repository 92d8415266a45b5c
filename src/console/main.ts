document.querySelector("#status")?.replaceChildren("The console of this service is not complete yet.");
