# Texts in English. The same ids and arguments as in vi.ftl, which is the source.

## What went wrong

error-unexpected = Something unexpected went wrong: { $cause }.
    .hint = Run the command again with -v for details and tell your administrator. What was written to the archive is safe.
error-usage = The command was not understood: { $detail }.
    .hint = See how it is used: { $command } --help
error-not-an-archive = { $path } is not an archive.
    .hint = Name the archive's folder with --archive or SOHOA_ARCHIVE; make a new one with: sohoa init FOLDER
error-not-empty = The folder { $path } is not empty, so no archive can be made there.
    .hint = Choose an empty folder or a new name.
error-nested = The folder { $path } and the archive { $archive } lie in one another.
    .hint = Choose a folder outside the archive.
error-not-enough-space = There is not enough space for { $path }: { $needed } are needed, { $free } are free.
    .hint = Free some space or import fewer files, then run it again; what was imported is kept.
error-disk-full = The disk is full.
    .hint = Free some space and run the command again; what was written is safe and the work goes on where it stopped.
    .window = Free some space and go on; what was written is safe, and the work goes on where it stopped.
error-unknown-dossier = No dossier has the code { $code }.
    .hint = List the dossiers: sohoa show
error-unknown = There is no { $name }.
    .hint = Check the name or code that was typed.
error-no-key = No signing key is in use.
    .hint = Choose one: sohoa key use FILE.p12
    .window = Choose one in Settings (Ctrl ,).
error-not-administrator = { $operator } is not an administrator of this archive.
    .hint = Ask somebody who is named under administrators in the archive's sohoa.toml.
error-not-ready = The dossier { $code } can't be accepted yet: { $missing }.
    .hint = See what is missing and what to do next: sohoa show { $code }
error-held = The dossier { $code } is held: { $reasons }.
    .hint = An administrator can release it with a reason: sohoa release { $code } --reason "…"
    .window = An administrator can release it with a reason; until then it goes nowhere.
error-not-held = The dossier { $code } is not held.
    .hint = Nothing needs to be done.
error-no-pages = The dossier { $code } has no pages yet.
    .hint = Import its scans first: sohoa import FOLDER
error-same-person = { $operator } captured the dossier { $code } and can't accept it as well.
    .hint = Ask another person to accept it.
error-no-reason = A reason is needed for this.
    .hint = Give one with --reason "…" (for an export: --held-reason "…").
error-no-such-file = { $path } was not found.
    .hint = Check the path that was typed.
error-may-not-read = Reading { $path } is not allowed.
    .hint = Ask for the right to read it, then run the command again.
    .window = Ask for the right to read it and do it again, or go elsewhere.
error-may-not-write = Writing to { $path } is not allowed.
    .hint = Ask for the right to write there, or choose another folder.
error-not-a-folder = { $path } is not a folder.
    .hint = Name the folder that is to be imported.
error-unreadable = { $path } could not be read: { $cause }.
    .hint = Check the disk and its cable, then run the command again.
    .window = Check the disk and its cable, then do it again.
error-write = { $path } could not be written: { $cause }.
    .hint = Check the disk, then run the command again; what was written before is safe.
    .window = Check the disk, then do it again; what was written before is safe.
error-inventory = The inventory { $path } could not be read: { $cause }.
    .hint = An inventory is a CSV (UTF-8) or XLSX file with headings in its first row, one of them the dossier code.
error-newer = This archive was made by a newer version of the software.
    .hint = Install the newer version of Sohoa on this machine.
error-record = The record { $name } is damaged or can't be read: { $cause }.
    .hint = Check the archive: sohoa check; if the catalog is damaged: sohoa check --rebuild
error-catalog-storage = The catalog of the archive can't be read or written: { $cause }.
    .hint = Check that the disk has room and is connected, then run it again; what was written is safe.
error-database = The archive's catalog failed: { $cause }.
    .hint = Check the archive: sohoa check; make the catalog again from the folder: sohoa check --rebuild
error-busy = Another program holds this archive for itself.
    .hint = Wait until it is done, then run the command again.
    .window = Wait until it is done, then do it again.
error-torn = { $path } does not read back as it was written.
    .hint = The disk may be failing. Back the archive up, then run: sohoa check
error-missing-object = { $name } is missing in the archive.
    .hint = See what is lost: sohoa check; restore it from a backup.
error-settings = The settings file { $path } could not be read: { $cause }.
    .hint = Correct the file as docs/manual.md describes it.
error-trusted-certificate = The trusted certificate "{ $name }" can't be read.
    .hint = Correct the section trust in the archive's sohoa.toml.
error-models = The recognition models can't be used: { $cause }.
    .hint = Install the packages tesseract-ocr-vie, -fra, -eng, -chi-tra, -chi-tra-vert, or name the folder of models in SOHOA_TESSDATA; only models that ocr-models/manifest.toml lists are used.
error-worker-start = The process that decodes images could not be started.
    .hint = Check free memory and the program file of sohoa, then run the command again.
error-interrupted = Stopped on request.
    .hint = Run the command again to go on where it stopped.
    .window = Start it again to go on where it stopped.
error-wrong-password = The password does not open the signing key.
    .hint = Check the input method and Caps Lock, then try again.
error-not-a-key-file = The file is not a PKCS#12 key, or this machine can't read it.
    .hint = Use the .p12 or .pfx file that came from the certificate authority.
error-key-file-incomplete = The key file lacks its private key or its certificate.
    .hint = Export the .p12 file again with private key and certificate.
error-certificate-expired = The certificate expired at { $moment }.
    .hint = Have the certificate renewed, then choose the new key: sohoa key use FILE.p12
    .window = Have the certificate renewed, then choose the new key in Settings (Ctrl ,).
error-certificate-not-yet-valid = The certificate is valid only from { $moment }.
    .hint = Check the clock of this machine, or wait until then.
error-certificate-forbids-signing = This certificate is not meant for signing documents.
    .hint = Choose a certificate for digital signatures.
error-bad-certificate = The certificate can't be read.
    .hint = Use a certificate file in PEM or DER form.
error-key-unfit = The signing key can't be used: { $cause }.
    .hint = Use an RSA key of 2048 bits or more.
error-key-gone = The key can't be reached any more: the token was taken out, or its driver has stopped.
    .hint = What was signed is whole and verified, nothing is half signed. Put the token back and sign on.
error-sign = Signing failed: { $cause }.
    .hint = Run the command again with -v for details.
    .window = No file is half signed; sign again, and tell IT if it stays so.
error-no-home = There is no place for the settings of this station.
    .hint = Set SOHOA_CONFIG_DIR to a folder.
error-key-file = The key file { $path } can't be read.
    .hint = Connect the medium with the key, or choose another: sohoa key use FILE.p12
    .window = Connect the medium with the key, or choose another in Settings (Ctrl ,).
error-password-file = The password can't be read from { $path }.
    .hint = Check SOHOA_KEY_PASSWORD_FILE or --password-fd.
error-no-password = There is no password for the signing key and nobody to ask.
    .hint = Set SOHOA_KEY_PASSWORD_FILE, use --password-fd, or add --no-sign to sign later.
error-demo-key-in-real-archive = The demonstration key is not trusted in this archive and does not sign in it.
    .hint = Choose a real key: sohoa key use FILE.p12; or make an archive for demonstration: sohoa init --demo FOLDER
error-key-inside-archive = The key file { $path } lies inside the archive.
    .hint = Keys never lie in an archive. Move the file out and choose it again.
error-output = The result could not be written: { $cause }.
    .hint = Check where the output goes, then run the command again.

## What is missing before an acceptance

missing-captured = not scanned
missing-checked = the pages do not match the inventory, or something has to be corrected
missing-recognised = not all pages have been read
missing-described = mandatory description is missing
missing-assembled = no PDF/A yet
missing-signed = not signed, or its signature is not passed

next-captured = scan or import its pages: sohoa import FOLDER
next-checked = compare the pages with the inventory, scan what is missing or import a corrected inventory
next-recognised = read the remaining pages: sohoa process
next-described = complete the inventory and import it again: sohoa inventory import FILE
next-assembled = make the PDF/A: sohoa process
next-signed = sign: sohoa sign; if it is signed but not passed: sohoa key trust FILE.pem
next-accepted = another person accepts it: sohoa accept
next-nothing = nothing is left to do at this station
next-rescan = scan the dossier again
next-held = an administrator decides about the hold: sohoa release

state-planned = planned
state-captured = captured
state-checked = checked
state-recognised = recognised
state-described = described
state-assembled = assembled
state-signed = signed
state-accepted = accepted
state-delivered = delivered
flag-held = held
flag-rescan = to be scanned again
flag-below-standard = below standard
flag-not-listed = not in the inventory

## Lines of a receipt

reason-unknown = { $code } { $detail }
    .hint = This version of the software does not know the code; see the receipt for details.
reason-already-taken = The file is in the archive already.
    .hint = Nothing needs to be done.
reason-same-bytes-in-dossier = The dossier has the very same file already: { $detail }.
    .hint = If these are two different pages, check the scans.
reason-bag-tag-file = Describes a BagIt package; it is no scan.
    .hint = Nothing to do.
reason-checksum-differs = Its bytes are not those that { $detail } lists.
    .hint = Copy the file again from where it came, or ask the sender.
reason-checksums = A list of { $detail } checksums; the files were compared with it.
    .hint = Nothing to do.
reason-checksums-missing = Lists a file that is not there: { $detail }
    .hint = Copy what is missing, then import again.
reason-checksums-of-another-kind = Checksums that are not SHA-256; they were not compared.
    .hint = Ask the sender for SHA-256 if the way here is to be proven.
reason-checksums-too-large = This list of checksums has more than { $detail } MiB; it was not read.
    .hint = Divide the delivery into smaller folders.
reason-checksums-unreadable = Line { $detail } is not a SHA-256 checksum with a path; no file was compared with this list.
    .hint = Ask the sender for the list again.
reason-interrupted = Not looked at, because the import was stopped.
    .hint = Run the import again to go on.
reason-empty-file = The file is empty.
    .hint = Scan or copy it again.
reason-name-not-unicode = The name of the file can't be read.
    .hint = Rename the file and import it again.
reason-symbolic-link = This is a link, not a file.
    .hint = Copy the file itself into the folder and import again.
reason-special-file = This is not an ordinary file.
    .hint = Remove it from the folder that is imported.
reason-too-deep = Folders are nested more than { $detail } deep.
    .hint = Move the folders of the dossiers further up.
reason-not-an-image = The file is not a scan (it looks like { $detail }).
    .hint = JPEG, PNG, TIFF, BMP, WebP, JPEG 2000 and scanned PDF are taken. Export it from the scanner as one of these.
reason-unsupported-format = This kind of image is not taken yet: { $detail }.
    .hint = Convert it to TIFF, PNG or JPEG without losing quality and import it again.
reason-unsupported-samples = This kind of image is not taken yet: { $detail }.
    .hint = Save it as 1 bit, grey, or red-green-blue colour without losing quality, and import it again.
reason-truncated = The file is cut off: { $detail }.
    .hint = Copy it from the scanner again or scan the page again.
reason-corrupt = The file is damaged: { $detail }.
    .hint = Copy it from the scanner again or scan the page again.
reason-too-large = The image is too large: { $detail }.
    .hint = Scan it with a lower resolution or in parts.
reason-too-many-frames = The file has too many pages: { $detail }.
    .hint = Split the file.
reason-pdf-damaged = The structure of the PDF is damaged: { $detail }.
    .hint = Copy it again from where it comes from, or write it anew (qpdf OLD.pdf NEW.pdf), look at every page, and import it again.
reason-pdf-encrypted = The PDF is encrypted.
    .hint = Take the password or the protection off (qpdf --decrypt), and import it again.
reason-pdf-not-scanned = The PDF is not a plain scan: { $detail }.
    .hint = Only PDFs whose every page is one scanned image are taken. Keep PDFs that a program made in the system they come from, or scan the paper.
reason-read-failed = The file could not be read: { $detail }.
    .hint = Check the disk and the right to read, then import again.
reason-bad-name = The name of the file or folder gives no dossier code: { $detail }.
    .hint = Name the folder exactly as the dossier code, and files as <dossier code>.<ordinal>.
reason-changed-meanwhile = The file changed while it was imported.
    .hint = Wait until the scanner is done, then import again.
reason-decoding-took-too-long = Decoding took longer than { $detail } seconds and was stopped.
    .hint = Try to open the image elsewhere; scan it again if it is damaged.
reason-decoding-broke-off = Decoding broke off.
    .hint = Try to open the image elsewhere; scan it again if it is damaged.

## Remarks inside of sentences

detail-frame-has = page { $a } has { $b }
detail-frame-cut-off = page { $a } is cut off ({ $b })
detail-frame-damaged = page { $a } is damaged ({ $b })
detail-frame-too-large = page { $a } has { $b } x { $c } pixels
detail-frames = more than { $a } pages
detail-frame-holds = page { $a } holds { $b }
detail-pdf-syntax = its syntax is wrong at byte { $a } ({ $b })
detail-pdf-limit = it passes a limit at byte { $a } ({ $b })
detail-pdf-object-missing = object { $a } is missing
detail-pdf-object-kind = object { $a } is not a { $b }
detail-seal-broken = a signed file lies among other pages; give it a name of its own (CODE.ORDINAL.pdf), so that it is a document by itself
detail-visible-text = text that is seen
detail-drawings = drawings
detail-nothing = nothing
detail-several-images = several images
detail-small-image = an image that does not fill it
detail-inline-image = an image of a kind that is not taken out
detail-askew-image = an image that stands askew
detail-mask-over = a mask over its image
detail-alpha = extra samples
detail-not-whole = samples that are not whole numbers
detail-old-jpeg = JPEG compression of the old kind
detail-run-length = run-length coding
detail-bits-a-pixel = { $a } bits a pixel
detail-compression = compression number { $a }
detail-moving = moving pictures
detail-arithmetic = arithmetic coding
detail-lossless-jpeg = lossless JPEG coding
detail-colours-unclear = colours about which its marks disagree
detail-colours-unclear-four = four components without a mark that says what they are
detail-inks = inks that are not CMYK of 8 bits
detail-lab = CIELab colours
detail-ycbcr = YCbCr colours
detail-transparent-inks = transparent inks
detail-mask = a mask in place of an image
detail-unequal-depth = samples of unequal depth
detail-jpeg-bits = JPEG data of { $a } bits a sample
detail-colours = { $a } colours
detail-bits = { $a } bits a sample
detail-unknown = nothing known
detail-text = a text
detail-code-too-long = the dossier code { $a } is longer than { $b } characters
detail-no-dossier = the path names no dossier
detail-not-an-ordinal = { $a } is not an ordinal from 1 to 9999999
detail-no-code-column = no column holds the dossier code; the first row is: { $a }
detail-same-column = the columns { $a } and { $b } mean the same
detail-empty-inventory = the inventory is empty
detail-not-utf-8 = it is not UTF-8 text ({ $a })
detail-open-quote = the quotation mark opened in row { $a } is never closed
detail-bad-workbook = the XLSX file is damaged
detail-rule-unfit = the path does not fit the rule { $a }
detail-changed-after = the file was changed after it was signed (HASH_FAILURE)
detail-no-chain = the certificate leads to none that the archive trusts (NO_CERTIFICATE_CHAIN_FOUND)
detail-wrong-signature = the signature does not fit the certificate's key (SIG_CRYPTO_FAILURE)
detail-not-pades = not a PAdES baseline signature: { $a } (SIG_CONSTRAINTS_FAILURE)
detail-expired = the certificate expired at { $a } (EXPIRED)
detail-changed-otherwise = the document was changed after signing in a way that the signature does not allow
detail-encrypted-file = the file is encrypted; its signatures can't be judged here
detail-foreign-file = another program made this file; ask veraPDF whether it is PDF/A
detail-bytes-follow = { $a } bytes were added after signing
detail-cross-reference-stream = the structure can't be read here yet (cross-reference stream at byte { $a })
detail-structure = the structure can't be judged here ({ $a })
detail-not-a-pdf = this is not a PDF file
detail-cut-pdf = the PDF is cut off (no startxref and %%EOF)
detail-algorithm = the signature algorithm { $a } can't be judged here
detail-key-kind = keys of the kind { $a } can't sign here, only RSA and EC
detail-mechanism-unfit = a key of the kind { $a } does not sign with { $b }
detail-mechanism-unknown = no key signs with { $a }
detail-short-key = the key has { $a } bits; at least { $b } are needed

## Findings: what a person should look at

finding-closed = Looked at { $moment } by { $operator }: { $reason }
finding-access-level-secret = The inventory gives the access level secret.
    .hint = The dossier is held until an administrator releases it.
finding-below-standard = The image is below the standard ({ $detail }).
    .hint = Scan it again in colour with 200 dpi or more, if possible.
finding-converted = The PDF shows converted samples: { $detail ->
        [cmyk] printing inks became red, green and blue
        [annotations] notes, stamps or form fields that the file lays over the page are left out
       *[transparency] what is transparent was laid on white
    }; the master keeps them.
finding-low-confidence = The text was read with low confidence ({ $detail }).
    .hint = Look at the page and correct the text if needed.
finding-near-duplicate = The page says nearly the same as page { $detail }: it may have been scanned twice.
    .hint = Look at both pages; if they are one sheet, reject the dossier and scan it again without the second one.
finding-no-text = There is ink on the page ({ $detail }) but no text was recognised.
    .hint = Look at the page: it may be a drawing, handwriting or blurred.
finding-not-in-inventory = The dossier { $detail } is not in the inventory.
    .hint = Add it to the inventory; until then it counts for nothing.
finding-page-number-back = The printed page numbers fall back: { $detail }.
    .hint = Look whether the sheets are in order.
finding-page-number-gap = The printed page numbers leave some out: { $detail }.
    .hint = Look in the folder for the missing sheets and scan them.
finding-reading-failed = The page could not be read ({ $detail }).
    .hint = Look at the page and scan it again if it is damaged.
finding-reading-timed-out = Reading the page took too long and was stopped ({ $detail }).
    .hint = Look at the page and scan it again if it is full of noise.
finding-receipt-stamp = There is a stamp of receipt on the page: { $detail }
finding-recognition-failed = The page could not be read ({ $detail }).
    .hint = Look at the page and scan it again if it is damaged.
finding-rejected = The dossier was sent back to be scanned again: { $detail }.
    .hint = Scan the pages named and import them again.
finding-resolution-guessed = The file states no resolution; { $detail } dpi is a guess.
    .hint = Set the resolution in the scan profile.
finding-same-bytes-elsewhere = The very same file lies in another dossier: { $detail }.
    .hint = Check whether the page was scanned into the wrong dossier.
finding-same-name-other-bytes = The file { $detail } has the name of an earlier one and other contents.
    .hint = Check whether it is meant to replace the earlier scan.
finding-secrecy-mark = A secrecy mark was read: { $detail }.
    .hint = The dossier is held; an administrator looks at the page before releasing it.
finding-stamp-unread = A framed stamp could not be read; it may be a secrecy mark.
    .hint = Look at the page; if it is no secrecy mark, an administrator lifts the hold: sohoa release CODE --reason "…"
finding-secrecy-words = The text has words of secrecy: { $detail }.
    .hint = Look whether the page carries a secrecy mark.
finding-timed-out = Reading the page took longer than { $detail } and was stopped.
    .hint = Look at the page and scan it again if it is full of noise.
finding-turned = The page was turned by { $detail }.
finding-askew = The lines lie askew ({ $detail }).
    .hint = Lay the sheet straight and scan it again if letters are cut off.
finding-black-border = A black border takes { $detail } of the page.
finding-blurred = The letters are blurred (edges of { $detail }).
    .hint = Clean the glass and scan the sheet again.
finding-faint = The letters hardly stand out from the paper ({ $detail } of 255 levels).
    .hint = Scan the sheet again with more contrast, if it can be read on paper.
finding-shadows-clipped = Dark parts are pure black ({ $detail } of the page): what they show is lost.
    .hint = Scan the sheet again with a brighter setting.
finding-signed-elsewhere = The file was signed before it came here and is kept as it is; no PDF is made of it. { $detail ->
        [passed] Its signatures hold.
        [failed] A signature does NOT hold: sohoa verify says why.
       *[indeterminate] Its signatures could not be judged to the end: sohoa verify says why.
    }
finding-soft-focus = The letters are a little out of focus (edges of { $detail }).
    .hint = Look whether small letters and tone marks can be told.
finding-text-cut-off = Text seems to be cut off at the { $detail ->
        [left] left
        [top] upper
        [right] right
       *[bottom] lower
    } edge.
    .hint = Scan the sheet again so that all its edges are seen.
finding-too-dark = The page is too dark (paper at { $detail } of 255).
    .hint = Scan the sheet again with a brighter setting.

## Findings by kind

finding-name-access-level-secret = secret by the inventory
finding-name-below-standard = image below the standard
finding-name-converted = samples converted for the PDF
finding-name-low-confidence = text read with low confidence
finding-name-near-duplicate = page that repeats another
finding-name-no-text = page with ink but no text
finding-name-not-in-inventory = dossier not in the inventory
finding-name-page-number-back = page numbers out of order
finding-name-page-number-gap = page numbers left out
finding-name-reading-failed = page that could not be read
finding-name-reading-timed-out = reading that took too long
finding-name-receipt-stamp = receipt stamp
finding-name-recognition-failed = page that could not be read
finding-name-rejected = dossier sent back to be scanned again
finding-name-resolution-guessed = resolution that was guessed
finding-name-same-bytes-elsewhere = same file in another dossier
finding-name-same-name-other-bytes = same name with other bytes
finding-name-secrecy-mark = mark of secrecy
finding-name-secrecy-words = words of secrecy in the text
finding-name-stamp-unread = framed stamp that could not be read
finding-name-timed-out = reading that took too long
finding-name-turned = page that was turned
finding-name-askew = lines that lie askew
finding-name-black-border = black border
finding-name-blurred = blurred page
finding-name-faint = faint letters
finding-name-shadows-clipped = shadows that are pure black
finding-name-signed-elsewhere = signed before it came here
finding-name-soft-focus = letters a little out of focus
finding-name-text-cut-off = text cut off at an edge
finding-name-too-dark = page too dark

## Events

event-acceptance = accepted
event-acceptance-void = acceptance void: the dossier has changed
event-access = looked at although it is held
event-access-clearance = cleared for use outside: { $reason }
event-archive-creation = archive "{ $title }" made
event-delivery = the hub has all of it, and a backup too
event-enrolment = enrolled at the hub { $hub } (epoch { $epoch })
event-sync-stop = sending to the hub stopped: { $why }
event-hold-too-late = held after the hub { $hub } had it; it has to be hidden there
event-hold-withdrawn = the hub does not ask to hold it any more ({ $reason }); an administrator here lifts the hold
event-record-withheld = record { $seq } withheld: { $reason }
event-catalog-rebuild = catalog made again: { $dossiers } dossiers
event-description = description looked at again
event-digital-signature-generation = { $count ->
    [one] 1 document
   *[other] { $count } documents
    } signed: { $signer }
event-digital-signature-validation = signature passed: { $count ->
    [one] 1 document
   *[other] { $count } documents
    }
event-document-description = a document described
event-document-draft = draft of a description kept
event-export = exported ({ $format }){ $reason }
event-file-wanted = the hub lost the file { $file } and asks for it again
event-finding = to be looked at: { $finding }
event-finding-closed = looked at ({ $finding }): { $reason }
event-fixity-check = { $objects } files hashed again, { $damage } damaged
event-hold = held: { $reason }
event-import = import done: { $taken } files taken, { $skipped } skipped, { $refused } refused
event-import-begun = import of { $folder } begun
event-ingestion = { $files ->
    [one] 1 file
   *[other] { $files } files
    } taken, { $pages ->
    [one] 1 page
   *[other] { $pages } pages
    }
event-inventory = inventory version { $version } from { $source }: { $rows } dossiers; { $added } added, { $changed } changed, { $removed } removed
event-inventory-listed = described anew by the inventory
event-inventory-unlisted = no longer in the inventory
event-manifest = manifest written, revision { $revision }
event-pdf-creation = PDF/A made of { $count ->
    [one] 1 document
   *[other] { $count } documents
    }
event-plan = target { $name } set: { $share } % by { $deadline }
event-plan-removed = target { $name } removed
man-written = { $count } manual pages lie in { $path }.
event-recognition = { $count ->
    [one] 1 page
   *[other] { $count } pages
    } read
event-recognition-asked-for = { $pages } pages to be read again
event-rejection = sent back to be scanned again: { $reason }
event-release = released: { $reason }
event-text-correction = recognised text corrected: "{ $before }" → "{ $after }"
event-trust = certificate { $name } trusted

## Rows of an inventory

row-missing = a mandatory value is missing
row-duplicate = the dossier code "{ $detail }" stands there twice
row-end-before-start = the end is before the start ({ $detail })
row-too-long = too long: "{ $detail }"
row-control-character = has a control character: "{ $detail }"
row-not-a-date = not a date of the form DD/MM/YYYY, MM/YYYY or YYYY: "{ $detail }"
row-not-a-number = not a number: "{ $detail }"
row-not-in-list = not in the code list: "{ $detail }"

## What a check finds

damage-object-missing = missing in the vault ({ $detail })
damage-object-changed = its contents were changed ({ $detail })
damage-published-missing = the published PDF is missing
damage-published-changed = the published PDF was changed ({ $detail })
damage-manifest-missing = the manifest is missing
damage-manifest-changed = the manifest was changed ({ $detail })
damage-catalog-damaged = the catalog is damaged: { $detail }
damage-unreadable = can't be read: { $detail }

## What commands say

init-done = Made the archive "{ $title }" in { $path }.
init-demo = It is for demonstration: do not use it for records.
init-title = Archive
init-organisation = Archives
init-demo-title = Demonstration archive
init-demo-organisation = Demonstration archives
key-in-use = Signing key in use: { $subject }
key-fingerprint = Hash of its certificate (SHA-256): { $fingerprint }
key-file = Key file: { $path }
key-mechanism = Mechanism: { $mechanism }, SHA-256
key-demo-trusted = This demonstration archive trusts the demo root.
key-demo-not-trusted = No demonstration archive trusts this key yet; run the command again with --archive on one.
key-trusted = The archive now trusts the certificate: { $name }
key-trusted-before = The archive trusted this certificate before: { $name }
key-trust-signatures = Signatures that pass now: { $documents } documents
key-password-prompt = Password of the signing key:{" "}
inventory-version = Inventory version { $version }: { $rows } dossiers; { $added } added, { $changed } changed, { $removed } removed, { $unchanged } unchanged.
inventory-unchanged = The inventory is unchanged (version { $version }, { $rows } dossiers).
inventory-row-refused = Row { $row }, column { $column }: { $reason }
inventory-row-refused-whole = Row { $row }: { $reason }
inventory-refused = { $count } refused; the other rows were taken.
inventory-ignored = Columns not read: { $columns }
plan-set = Target { $name }: { $share } % of the { $unit } { $class } by { $deadline }.
plan-removed = Removed the target { $name }.
catalog-not-copied = The catalog could not be copied: { $cause } What was done is kept.
plan-none = There are no targets. Set the examples: sohoa plan example
plan-class = of the class "{ $class }"
unit-dossiers = dossiers
unit-sheets = sheets
unit-pages = pages
import-taken = Taken: { $files } files, { $pages } pages, { $dossiers } dossiers
import-would-take = Would be taken: { $files } files, { $pages } pages, { $dossiers } dossiers
import-skipped = Skipped: { $files } files
import-refused = Refused: { $files } files
import-skipped-group = { $files } files: { $reason }
import-empty = There is no file in this folder.
import-more = … and { $count } files more; see all: sohoa receipt ID
import-receipt = Receipt: { $id }
import-interrupted = The import was stopped on request; run it again to go on.
import-dry-run = Dry run: nothing was written to the archive.
work-pages = Read: { $pages ->
        [one] { $pages } page
       *[other] { $pages } pages
    }
work-not-read = Not read to the end: { $pages } pages; see: sohoa show
work-assembled = PDF/A made: { $documents ->
        [one] { $documents } document
       *[other] { $documents } documents
    }
work-signed = Signed: { $documents ->
        [one] { $documents } document
       *[other] { $documents } documents
    }
work-unsigned = Waiting to be signed: { $documents ->
        [one] { $documents } document
       *[other] { $documents } documents
    }
    .hint = Choose a signing key: sohoa key use FILE.p12; then sign: sohoa sign
work-problem = { $name } could not be finished: { $cause }
work-nothing = Nothing is waiting.
accepted = Accepted { $code }.
accept-sample = Page to look at (sample): { $document }, page { $page }
accept-ready = Ready: { $dossiers } dossiers; { $pages } sampled pages are to be looked at:
accept-sampled = Accepted { $code }; look at: { $pages }
accept-none = No dossier is ready to be accepted.
accept-count = Accepted { $count } dossiers.
accept-passed-over = Not accepted: { $code }: { $cause }
rejected = Sent the dossier { $code } back to be scanned again.
held = The dossier { $code } is held.
released = The dossier { $code } is released.
cleared = The dossier { $code } is cleared for use outside.
show-none = There is no such dossier.
show-count = { $count } dossiers
show-more = … { $count } dossiers more; see all with --limit 0
show-page = { $document }, page { $page }
show-missing = Missing
show-next = Next step
show-documents = Documents
show-findings = To look at
show-holds = Holds
show-events = Log
show-earlier = … { $count } earlier lines; see all: sohoa log { $code } --limit 0
show-hold-line = { $moment }, { $operator }: { $reason }
show-hold-released = released { $moment }, { $operator }: { $reason }
show-accepted = accepted { $moment }, { $operator }
field-code = Dossier code
field-title = Title
field-state = State
field-fonds = Fonds
field-series = Series
field-box = Box
field-dates = Dates
field-retention = Retention
field-access = Access level
field-language = Language
field-condition = Physical condition
field-paper-file-code = Paper dossier code
field-value-class = Value class
field-sheets = Sheets
field-pages = Pages
field-documents = Documents
field-findings = To look at
field-name = Name
field-version = Version
field-source = File
field-time = Time
field-start = Start date
field-end = End date
field-operator = Who
field-event = Event
field-detail = Detail
field-share = Share
field-wanted = Wanted
field-standing = Standing
field-left = Left
field-program = Program
field-unit = Unit
field-deadline = Deadline
field-done = Digitized
field-all = All
field-below-standard = Below standard
field-week = Week
field-target = Target
field-verdict = Verdict
field-signer = Signer
field-taken = Taken
field-skipped = Skipped
field-refused = Refused
field-receipt = Receipt
field-folder = Folder
pages-of-expected = { $pages } / { $expected }
nothing-known = (unknown)
whole-archive = (whole archive)
findings-none = Nothing is to be looked at.
findings-more = { $count } more; --limit 0 shows all.
severity-note = note
severity-warn = look
severity-reject = scan again
search-none = Nothing was found.
search-more = More than { $count } hits; more of them: --limit N
search-more-unranked = More than { $count } hits in the order of their taking, because all words are frequent. Add a rarer word.
search-page = { $dossier } · { $document } · page { $page }
search-dossier = { $dossier } · { $title }
progress-empty = There is no inventory yet, so there is no share. Import one: sohoa inventory import FILE
progress-total = The whole inventory
progress-targets = Targets
progress-by-fonds = By fonds
progress-by-series = By series
progress-by-value-class = By value class
progress-by-week = By week
progress-open = Open a figure down to its dossiers: sohoa show with --target NAME, --fonds, --series, --value-class, --week and --met, --unmet or --below-standard
target-met = met
target-past = missed by { $left } { $unit }
target-open = { $left } { $unit } to go, { $days } days left
forecast-interval = { $target }: at { $rate } { $unit } a working day it is done between { $early } and { $late } (80 % interval){ $standing ->
        [held] ; the deadline holds.
        [missed] ; the deadline does not hold.
        [past] .
       *[open] ; the deadline lies in between.
    }
forecast-day = { $target }: at { $rate } { $unit } a working day it is done by { $late }{ $standing ->
        [held] ; the deadline holds.
        [past] .
       *[missed] ; the deadline does not hold.
    }
forecast-only-far = { $target }: at { $rate } { $unit } a working day it takes more than ten years.
forecast-far = a day more than ten years away
forecast-too-few-days = { $target }: no forecast before 14 days of accepted work.
forecast-idle = { $target }: no forecast, because nothing was accepted in the last eight weeks.
verdict-passed = passed
verdict-name-indeterminate = indeterminate
verdict-name-failed = failed
verdict-indeterminate = indeterminate: { $reason }
verdict-failed = failed: { $reason }
verify-masters = masters
verify-pdfa = PDF/A-2u
verify-signature = signature
verify-summary = Passed { $passed }, indeterminate { $indeterminate }, failed { $failed }.
verify-trust = If your organisation trusts that certificate: sohoa key trust FILE.pem
verify-none = There is nothing to verify yet.
signature-intact = what it covers is unchanged
signature-not-intact = what it covers does not fit it
signature-changes-none = nothing was changed since
signature-changes-updates = since then only data for checking signatures, metadata or versions were added
signature-changes-signed-again = since then it was signed again
signature-changes-form-filled = since then a form was filled in
signature-changes-other = since then the document was changed in other ways
signature-changes-unknown = what was changed since could not be told
check-summary = Re-hashed { $objects } objects ({ $bytes }), { $manifests } manifests, { $published } published files.
check-sound = The archive is sound.
check-damage = { $count } things are damaged:
check-unnamed = { $count } files belong to no dossier; sohoa check --repair sets them aside.
check-repaired = Repaired: { $what }
rebuild-done = Made the catalog again with { $dossiers } dossiers.
rebuild-missing-texts = The archive lacks { $count } texts of pages; a search does not find those pages. Bring them back from a backup, then run this command again.
rebuild-kept = The old catalog is kept as { $path }.
export-done = Exported { $files } files of { $dossiers } dossiers to { $path }.
export-kept-back = Kept back { $code }: it is held or not cleared for use outside.
    .hint = If you may, add --held-reason "reason"; the reason goes into the log.
export-without-pdf = No PDF yet: { $name }
doctor-program = Program: { $software }
doctor-archive = Archive: { $path } ("{ $title }")
doctor-no-archive = Archive: none at { $path }
    .hint = Name the archive's folder with --archive or SOHOA_ARCHIVE; make a new one with: sohoa init DIR
doctor-station = Settings of the station: { $path }
doctor-operator = Operator: { $operator }
doctor-models = Recognition models: { $path } ({ $names })
doctor-no-models = Recognition models: missing or not listed: { $names } ({ $path })
    .hint = Install tesseract-ocr-vie, tesseract-ocr-fra, tesseract-ocr-eng, tesseract-ocr-chi-tra and tesseract-ocr-chi-tra-vert, or set SOHOA_TESSDATA.
doctor-worker = Worker process: runs
doctor-worker-broken = Worker process: does not run
    .hint = Check memory limits (ulimit -v) and the program file of sohoa.
key-valid-until = Its certificate is valid until { $moment }.
key-ends-soon = The certificate ends at { $moment }.
    .hint = Ask for the new certificate now, then choose its key: sohoa key use FILE.p12
    .window = Ask for the new certificate now, then choose its key in Settings (Ctrl ,).
doctor-key = Signing key: { $subject }
doctor-no-key = Signing key: none in use
    .hint = Choose one: sohoa key use FILE.p12
doctor-space = Free space: { $free }
doctor-counts = In the archive: { $dossiers } dossiers, { $documents } documents, { $pages } pages
doctor-unread = Waiting to be read: { $pages } pages
doctor-held = Held: { $dossiers } dossiers
doctor-unfinished = Imports that broke off: { $receipts }; run the import again to go on
doctor-findings = To look at: { $finding } ({ $count })
receipt-unfinished = (not finished)
stopping = Stopping at the next safe place; Ctrl-C again stops at once.
progress-phase-taking = Taking files
progress-phase-listing = Taking rows
progress-phase-reading = Reading
progress-phase-assembling = Making PDF/A
progress-phase-signing = Signing
progress-phase-checking = Checking
progress-speed = { $rate } pages/min, about { $left } left

## Help

help-heading-usage = Usage
help-any-options = [OPTIONS]
help-any-command = <COMMAND>
help-heading-commands = Commands
help-heading-arguments = Arguments
help-heading-options = Options
help-heading-global = Options of every command
help-sohoa = Digitizes archives: from scans to signed PDF/A, with an inventory and progress
help-init = Make a new archive
help-key = The signing key of this station
help-key-demo = Make a demonstration key (not for records)
help-key-use = Take a PKCS#12 file into use
help-key-trust = Trust a root certificate in this archive
help-key-show = Show the key in use
help-inventory = The inventory
help-inventory-import = Import an inventory from CSV or XLSX
help-inventory-list = List the versions of the inventory
help-plan = The plan and its targets
help-plan-example = Set two example targets: 30 % by the end of 2025, 100 % by the end of 2026
help-plan-set = Set a target
help-plan-list = List the targets
help-plan-remove = Remove a target
help-import = Import a folder of scans: take, read, make PDF/A, sign
help-process = Go on with the pages and documents that wait
help-sign = Sign the documents that wait
help-accept = Accept dossiers (second person)
help-reject = Send a dossier back to be scanned again
help-hold = Hold a dossier
help-release = Release a held dossier (administrator)
help-clear = Clear a dossier for use outside (administrator)
help-show = Show a dossier, or list dossiers
help-findings = What a person should look at, the worst pages first
help-search = Search recognised text and descriptions; accents are optional
help-progress = Progress by target, fonds, series, value class, week
help-verify = Verify PDF/A and signatures of a file, a dossier or the archive
help-check = Re-hash the whole archive; rebuild or repair
help-export = Export texts or PDFs to a folder
help-doctor = See whether machine and archive are ready
help-log = Show the log
help-receipt = Show receipts
help-completions = Print what a shell completes
help-man = Write manual pages into a folder
help-worker = The process that decodes and reads
arg-help = Show how it is used
arg-version = Show the version
arg-archive = Folder of the archive (default: SOHOA_ARCHIVE, else the current folder)
arg-operator = Who works (default: SOHOA_OPERATOR, else the user of this machine)
arg-ui_lang = Language: vi or en
arg-quiet = Print results only
arg-verbose = Print more details
arg-json = Print the result as JSON
arg-shell = bash, elvish, fish, powershell or zsh
arg-mend = First mend what can be mended, like check --repair
arg-man_folder = Folder that the pages are written into
arg-csv = Print the result as CSV
arg-dir = Folder of the new archive
arg-demo = For demonstration
arg-title = Name of the archive
arg-organisation = Organisation that signs
arg-file = File
arg-password_fd = Read the key's password from this file descriptor
arg-mechanism = rsa-pkcs1, rsa-pss or ecdsa; without it the usual one of the key
arg-name = Name of the target
arg-share = Share in percent, above 0 up to 100
arg-unit = What is counted: dossiers (default), sheets, pages
arg-value_class = Value class; empty means the whole inventory
arg-deadline = Last day, YYYY-MM-DD
arg-counts_below_standard = Count images below the standard, too
arg-folder = Folder of scans
arg-jobs = Number of processes (default: cores of the machine)
arg-rule = Where codes stand in paths, e.g. {"{dossier}/{document}/{page}"} or {"{dossier}_{page}"}
arg-lang = Language of the papers: auto (default, page by page), vie, fra, eng, chi_tra
arg-dry_run = Try only, write nothing
arg-no_sign = Do not sign this time
arg-dossier = Dossier code
arg-dossiers = Dossier codes
arg-all_ready = All dossiers that are ready
arg-reason = Reason; it goes into the log
arg-state = Only dossiers in this state: planned, captured, checked, recognised, described, assembled, signed, accepted, delivered
arg-fonds = Only dossiers of this fonds
arg-series = Only dossiers of this series
arg-week = Only dossiers accepted in this week, YYYY-Www
arg-target = Only dossiers of this target
arg-met = Only dossiers that count
arg-unmet = Only dossiers that do not count yet
arg-below_standard = Only dossiers that are accepted but below the standard
arg-held = Only held dossiers
arg-rescan = Only dossiers to be scanned again
arg-not_listed = Only dossiers that the inventory does not list
arg-limit = Print at most so many lines; 0 means all
arg-notes = Show what is only worth knowing, too
arg-words = Words to search for
arg-what = PDF file or dossier code; empty means the archive
arg-rebuild = Make the catalog again from the folder
arg-repair = Mend what can be mended without losing anything
arg-format = Texts (text, hocr, alto) or PDFs (pdf)
arg-to = Folder to write to
arg-held_reason = Why held dossiers are exported, too
arg-id = Receipt; empty lists them
arg-models = Folder of recognition models
usage-unknown-argument = there is no option { $name }
usage-unknown-command = there is no command { $name }
usage-invalid-value = the value "{ $value }" does not suit { $name }
usage-missing = { $name } is missing
usage-missing-command = a command is missing
usage-conflict = { $name } can't be used with { $other }
usage-other = { $detail }

## Pages of a dossier

arg-pages = List only the pages and how each was read
field-page = Page
field-reading = Reading
field-confidence = Confidence
field-seconds = Seconds
field-file = Original file
reading-done = done
reading-blank = blank page
reading-low-confidence = low confidence
reading-timed-out = timed out
reading-failed = not readable
reading-none = not read yet
arg-again = Also read again the pages that could not be read before

error-no-device = There is no scanner { $device }.
    .hint = See what there is: sohoa devices. Switch it on and plug it in; a scanner of the network needs the package sane-airscan and avahi-daemon running, or discovery = disable in airscan.conf.
    .window = Switch it on, plug it in, and look for scanners again.
error-device-busy = The scanner is busy.
    .hint = Close the other program that uses it, and try again.
error-device-denied = This user may not use the scanner.
    .hint = Put the user into the group "scanner" (printers that scan: "lp"): sudo usermod -aG scanner NAME; then log in again.
error-paper-jam = Paper is jammed in the scanner.
    .hint = Take the sheets out that are not counted yet, straighten them, and run the same command again: it goes on after the last whole sheet.
    .window = Take the sheets out that are not counted yet, straighten them, and scan on: it goes on after the last whole sheet.
error-double-feed = Two sheets went in at once.
    .hint = Take them apart, put them back in order, and run the same command again: it goes on after the last whole sheet.
    .window = Take them apart, put them back in order, and scan on: it goes on after the last whole sheet.
error-cover-open = The cover of the scanner is open.
    .hint = Close it, and run the same command again.
    .window = Close it and scan on.
error-device-broken = The scanner does not answer as it should ({ $detail }).
    .hint = Switch it off and on, look at its cable, and run the same command again: it goes on after the last whole sheet.
    .window = Switch it off and on, look at its cable, and scan on: it goes on after the last whole sheet.
error-driver-died = The driver of the scanner broke off.
    .hint = Nothing that was counted is lost. Run the same command again; if it happens again, look for a newer driver.
    .window = Nothing that was counted is lost. Scan on; if it happens again, look for a newer driver.
error-device-silent = The scanner was silent for { $seconds } s.
    .hint = Switch it off and on, and run the same command again: it goes on after the last whole sheet.
    .window = Switch it off and on, and scan on: it goes on after the last whole sheet.
error-option-unsupported = The scanner has no { $what ->
        [source] such source
        [mode] such mode
        [resolution] such resolution
       *[paper] room for paper of this size
    }: { $wanted }.
    .hint = There is: { $possible }.
error-which-device = There are several scanners.
    .hint = Say which one: --device, one of { $possible }.
error-scan-unknown = No dossier has the code { $code }.
    .hint = Look for a slip of the pen; a dossier that no inventory lists is made with --new-dossier.
error-cancelled = The scan was stopped.
    .hint = Run the same command again to go on after the last whole sheet.
    .window = Scan on, and it goes on after the last whole sheet.
error-feeder-empty = There is no paper in the feeder.
    .hint = Put the sheets in, and run the same command again; for single sheets on the glass: --source flatbed.
    .window = Put the sheets in and scan on; for single sheets on the glass choose a profile with that source.
error-scan-held = The dossier { $code } is held and is not scanned.
    .hint = See why: sohoa show { $code }. An administrator can release it: sohoa release { $code } --reason TEXT
    .window = An administrator can release it with a reason. Scan another dossier meanwhile.
error-below-standard = These settings are below the standard (24-bit colour, 200 dpi).
    .hint = Scan with --mode color --dpi 200 or more, or say why not: --reason TEXT.
    .window = Choose a profile in colour with 200 dpi or more.
error-no-batch = The dossier { $code } has no open batch.
    .hint = A batch is opened by scanning: sohoa scan { $code }
error-other-sides = The open batch gives { $sides } { $sides ->
        [one] page
       *[other] pages
    } a sheet.
    .hint = Go on with the same source, or close the batch first: sohoa scan DOSSIER --close
error-not-reconciled = { $pages } pages came, { $expected ->
        [0] but nobody said how many sheets there are
       *[other] but { $expected } were expected
    }.
    .hint = Count the sheets and say how many: --close --sheets N; or say why it is right all the same: --close --reason TEXT.
devices-none = No scanner was found.
    .hint = Switch it on and plug it in; a scanner of the network needs the package sane-airscan and avahi-daemon running, or discovery = disable in airscan.conf. What SANE sees itself: scanimage -L
devices-sources = sources: { $value }
devices-modes = modes: { $value }
devices-resolutions = dots per inch: { $value }
devices-largest = largest page: { $value }
scan-rounded = The scanner rounded: { $dpi } dpi, { $paper }.
scan-pages = Scanned: { $pages } pages into { $dossier }
scan-reconciled = The batch is closed: { $pages } pages, as many as were counted.
    .hint = Read them and make the PDF/A: sohoa process { $dossier }
scan-overridden = The batch is closed with { $pages } pages and a reason.
    .hint = Read them and make the PDF/A: sohoa process { $dossier }
scan-uncounted = The batch is open: { $pages } pages so far, and nobody said how many sheets there are.
    .hint = Go on scanning, or count the sheets and close it: sohoa scan { $dossier } --close --sheets N
scan-short = SHORT: { $pages } of { $expected } pages came. The batch stays open.
    .hint = Go on with sheet { $next }: put the rest into the feeder and run the same command again; or close it with a reason: sohoa scan { $dossier } --close --reason TEXT
scan-long = TOO MANY: { $pages } pages came where { $expected } were expected. The batch stays open.
    .hint = Count the sheets again, then: sohoa scan { $dossier } --close --sheets N; or close it with a reason: --close --reason TEXT
finding-batch-open = A batch of this dossier is not closed: its pages are not reconciled with its sheets.
    .hint = Go on scanning, or close it: sohoa scan DOSSIER --close --sheets N
finding-name-batch-open = batch not closed
help-devices = The scanners of this station
help-scan = Scan the sheets of a dossier, and count them
arg-device = Name of a scanner as sohoa devices lists it, or airscan:escl:NAME:URL (scan: the only one)
arg-source = flatbed, adf or adf-duplex (default: adf)
arg-mode = color, gray or bilevel (default: color)
arg-dpi = Dots per inch (default: 200)
arg-paper = a3, a4, a5 or WIDTHxHEIGHT in mm (default: a4)
arg-sheets = How many sheets the whole batch has, counted by hand
arg-new_dossier = Make the dossier if it is not in the inventory
arg-document = Ordinal of the document that the pages belong to
arg-close = Close the batch: with --sheets if the count is right, else with --reason
arg-scanner = Drive scanners
arg-simulated = Simulate one
event-batch-opened = batch opened on { $device }
event-batch-closed = batch closed: as many pages as sheets were counted
event-batch-overridden = batch closed by hand: { $reason }
event-sheets-counted = sheets counted: { $sheets }
event-capture-incident = scanning stopped: { $what }
incident-cancelled = somebody asked for it
incident-cover-open = the cover is open
incident-device-broken = { $detail }
incident-device-busy = the device is busy
incident-device-denied = access is denied
incident-device-silent = the device is silent
incident-double-feed = two sheets at once
incident-driver-died = the driver broke off
incident-long-feed = more came than was counted ({ $detail })
incident-no-device = the device is not there
incident-option-unsupported = { $detail }
incident-paper-jam = paper jam
incident-short-feed = the feeder was empty too early ({ $detail })
help-watch = Take what other programs drop into a folder, as it comes
arg-settle = Seconds that a file must not have changed before it is taken (default: 3)
arg-once = End when nothing waits any more
watch-begins = Watching { $path }; Ctrl-C ends it.
watch-taken = { $path }: { $pages } { $pages ->
        [one] page
       *[other] pages
    } into { $dossier }
show-batches = Scanned batches
batch-count = { $pages } of { $expected } pages
batch-state-open = open
batch-state-reconciled = closed, the count is right
batch-state-overridden = closed by hand: { $reason }
paper-refile = The paper is safe to refile.
paper-keep = KEEP THE PAPER on the table: { $why }.
help-profile = Profiles: how a kind of paper is scanned
help-profile-set = Set a profile
help-profile-list = List the profiles
help-profile-remove = Remove a profile
arg-profile_name = Name of the profile
arg-profile = Profile that says how to scan; what is typed beside it counts more
profiles-none = There is no profile yet: sohoa profile set NAME --source flatbed --dpi 300 --paper a3
event-scan-profile = scan profile { $name } set
event-scan-profile-removed = scan profile { $name } removed
help-separators = Write a PDF of separator sheets, to be printed
arg-new_pdf = The PDF to be written; it must not be there yet
arg-copies = Number of sheets (default: 10)
arg-separators = Part the stack into documents at separator sheets (see sohoa separators)
arg-split = Part the stack into documents of N sheets
separator-caption = Sohoa: a new document begins below this sheet.
separators-written = { $sheets } separator sheets written. Print them and lay one on top of each document but the first.
event-document-separated = document { $document } begins
help-page = Pages: mend them after they were scanned
help-page-turn = Turn pages
help-page-remove = Take pages out; they are kept and can be brought back
help-page-removed = List the pages that were taken out, replaced or split, and blank backs that do not count
help-page-restore = Bring pages back; one that was split is whole again
help-page-move = Move pages elsewhere, also to another document
help-page-split = Split: an image that shows two pages becomes two pages in a row
help-page-part = Part: a new document begins with this page
help-page-pass = Pass pages with all that was found on them
help-page-reject = Send pages back to be scanned again
arg-page_ranges = Pages: 7, 3-5, or 2.7 for page 7 of document 2
arg-numbers = Numbers in the list of sohoa page removed
arg-by = Turn clockwise by 90, 180 or 270 degrees
arg-cut_at = Where to cut, in percent from the left or upper edge of the page as it stands; else in the gutter of a book, or in the middle if none is seen
arg-across = Cut across: an upper and a lower half
arg-upright = Cut upright: a left and a right half; else the cut runs through the longer side
arg-before = Put them in front of this page
arg-after = Put them behind this page
arg-replace = Scan again: what is scanned takes the place of these pages; the old ones are kept
arg-blank_backs = Blank backs: keep (they are pages, and marked) or leave-out (they do not count, and can be brought back)
blank-backs-keep = blank backs kept
blank-backs-leave-out = blank backs left out
pages-edited = { $pages } { $pages ->
        [one] page
       *[other] pages
    } of { $dossier } changed.
    .hint = Read and assemble again what has changed: sohoa process { $dossier }
pages-none-removed = No page was taken out.
page-gone-removed = taken out
page-gone-replaced = replaced by a new scan
page-gone-split = split
page-gone-blank = blank
arg-split_at_blank = Part the stack into documents at blank sheets; they are counted and kept, but are no pages
error-no-page = There is no page { $number }.
    .hint = See the pages: sohoa show DOSSIER --pages; those taken out: sohoa page removed DOSSIER
error-which-document = The dossier has several documents, and each has a page { $number } of its own.
    .hint = Say the document too, e.g. 2.{ $number } for page { $number } of document 2.
error-begins-already = A document begins with that page already.
    .hint = See the pages: sohoa show DOSSIER --pages
error-half-too-narrow = A half of page { $page } would be too narrow to be a page; nothing was split.
    .hint = Cut it elsewhere, for example: sohoa page split DOSSIER { $page } --at 50
error-seal-kept = The page belongs to a signed PDF, which is kept as it is; nothing was split.
    .hint = If it has to be split, scan the paper again.
error-signed-behind = A signed document behind it would get another name; nothing was parted.
    .hint = Send the dossier back first (sohoa reject), or part the last document.
    .window = Send the dossier back first, or part the last document.
error-batch-goes-on = Dossier { $dossier } has an open batch; no page was replaced or inserted.
    .hint = Go on with that batch or close it first: sohoa scan { $dossier } --close
    .window = Go on with that batch, or close it first (F).
event-page-turned = { $pages } { $pages ->
        [one] page
       *[other] pages
    } turned by { $degrees } degrees{ $reason }
event-page-removed = { $pages } { $pages ->
        [one] page
       *[other] pages
    } taken out{ $reason }
event-page-split = { $pages } { $pages ->
        [one] page
       *[other] pages
    } split{ $reason }
event-page-restored = { $pages } { $pages ->
        [one] page
       *[other] pages
    } brought back{ $reason }
event-page-passed = { $pages } { $pages ->
        [one] page
       *[other] pages
    } passed{ $reason }
event-page-rejection = { $pages } { $pages ->
        [one] page
       *[other] pages
    } sent back to be scanned again{ $reason }
event-finding-opened-again = { $findings } { $findings ->
        [one] finding
       *[other] findings
    } opened again
event-page-moved = { $pages } { $pages ->
        [one] page
       *[other] pages
    } moved{ $reason }
event-document-parted = a new document begins{ $reason }
finding-page-doubled = The page shows the same as page { $detail } of the batch: the sheet may have gone through twice.
    .hint = Compare the two; if they are one, take one out: sohoa page remove
finding-page-rejected = The page was sent back to be scanned again: { $detail }.
    .hint = Scan the sheet that replaces it: sohoa scan --replace
finding-name-page-rejected = page sent back to be scanned again
finding-blank-back = The back of the sheet is blank.
finding-name-page-doubled = sheet scanned twice
finding-name-blank-back = blank back
help-second-vault = Second vault: a copy of everything on another medium
help-second-vault-set = Let a folder be the second vault
help-second-vault-copy = Verify every copy, and copy what is missing or damaged
help-second-vault-show = Show the second vault, and how many masters have no copy
help-second-vault-off = Keep no second vault any more; what lies in it stays
arg-second_folder = Folder on another medium
second-vault-is = Second vault: { $path }; { $masters } masters without a verified copy.
second-vault-none = No second vault is kept.
    .hint = Plug in another medium and set it: sohoa second-vault set DIR
second-vault-copied = { $objects } files in the second vault verified, { $mended } damaged copies mended.
error-second-vault-away = There is no second vault at { $path }. The archive itself is whole.
    .hint = Plug the medium in and run sohoa second-vault copy; for another medium: sohoa second-vault set DIR
error-second-vault-of-another = { $path } is the second vault of another archive; nothing was written there.
    .hint = Choose another folder.
masters-not-copied = Not copied to the second vault: { $cause } Keep the paper on the table until it is.
progress-phase-copying = Copying
paper-waits-sheets = the batch is open
paper-waits-rescan = pages have to be scanned again
paper-waits-copy = the second vault has no verified copy
event-replication = { $masters } files copied to the second vault and verified
help-box = Boxes: who has them, labels, hand-over minutes, refiling
help-box-list = List boxes that are not on their shelves
help-box-show = Show a box: its dossiers, movements, and whether it may be refiled
help-box-hand-out = Hand a box out to be scanned
help-box-return = Take a box back
help-box-refile = Put a box back onto its shelf; refused while paper of it is not safe
help-box-label = Print the label of a box (A6, with a QR code)
help-box-minutes = Print the minutes of the hand-over
arg-box_code = Code of the box
arg-box_fonds = Fonds, if several have a box with this code
arg-handed_to = Who takes the box
arg-given_by = Who gives the box back
arg-note = Note
box-is = Box { $box }, { $fonds }: { $place }
box-place-handed-out = handed out
box-place-returned = given back, not on its shelf
box-place-refiled = on its shelf
box-place-never-out = on its shelf, never handed out
box-safe = The box may be refiled.
box-keep = KEEP THE BOX: paper of it is not safe yet.
boxes-none-away = Every box is on its shelf.
box-form-title = Box of dossiers
box-form-written = { $path } written ({ $pages } { $pages ->
        [one] page
       *[other] pages
    }).
box-label-box = BOX
box-label-dossiers = { $count } dossiers: { $first } – { $last }
paper-not-scanned = not scanned
minutes-state = SOCIALIST REPUBLIC OF VIET NAM
minutes-motto = Independence - Freedom - Happiness
minutes-title = MINUTES OF THE HAND-OVER OF A BOX
minutes-of-box = Box { $box } – { $fonds }
minutes-when = Handed over: { $moment }
minutes-from = Given by: { $person }
minutes-to = Taken by: { $person }
minutes-note = Note: { $note }
minutes-list = The box holds { $count } dossiers:
minutes-head-number = No.
minutes-head-code = Dossier
minutes-head-title = Title
minutes-head-sheets = Sheets
minutes-head-pages = Scanned
minutes-head-state = State
minutes-movements = Movements:
minutes-handed-out = { $moment }: { $operator } handed it to { $person }{ $note }
minutes-returned = { $moment }: { $person } gave it back to { $operator }{ $note }
minutes-refiled = { $moment }: { $operator } put it onto its shelf{ $note }
minutes-giver = GIVEN BY
minutes-taker = TAKEN BY
minutes-sign = (signature and full name)
minutes-printed = Printed { $moment }
error-no-box = There is no box { $box } in the inventory.
    .hint = See the box of a dossier: sohoa show DOSSIER
error-which-box = Several fonds have a box { $box }: { $fonds }.
    .hint = Add --fonds NAME.
error-box-handed-out = Box { $box } is handed out already.
    .hint = See who has it: sohoa box show { $box }; take it back: sohoa box return { $box } --from PERSON
error-box-returned = Box { $box } was given back already.
    .hint = Put it onto its shelf: sohoa box refile { $box }; or hand it out: sohoa box hand-out { $box } --to PERSON
error-box-refiled = Box { $box } is on its shelf.
    .hint = Hand it out: sohoa box hand-out { $box } --to PERSON
error-box-never-out = Box { $box } was never handed out.
    .hint = Hand it out: sohoa box hand-out { $box } --to PERSON
error-box-not-safe = Box { $box } can't be refiled yet; paper of these dossiers is not safe: { $dossiers }.
    .hint = See what they wait for: sohoa box show { $box }; for dossiers that need no scan add --reason TEXT.
event-box-handed-out = box { $box } handed out to { $person }
event-box-returned = { $person } gave box { $box } back
event-box-refiled = box { $box } put onto its shelf
ui-start = Start
ui-inventory = Inventory
ui-progress = Progress
ui-refresh = Read again
ui-language = Tiếng Việt
ui-theme = Light, dark
ui-keys = Keys
ui-reading = Reading the archive…
ui-demo = Demo archive
ui-free = Free on the disk of the archive
ui-disk-scarce = Disk almost full: { $free } left
ui-disk-scarce-next = { $free } free. What was scanned is safe. Remove files that are not of the archive or move it to a larger disk, then press F5; with hardly any room left no sheet is taken.
ui-data-untouched = The data is whole, nothing was changed.
ui-rebuild = Make the catalog again
ui-rebuilding = Making it again…
ui-rebuild-what = The catalog can be made again from the folder of the archive: the pages, texts and history of every dossier are in it. The old catalog is kept beside it.
ui-nothing-waits = Nothing waits.
ui-waits = Some things wait.
ui-accepted-of = { $done } of { $all } dossiers are accepted.
ui-waiting-for-me = Waiting for me
ui-chip-all = All
ui-chip-batch-open = Batch not closed
ui-chip-rescan = To be scanned again
ui-chip-findings = To be looked at
ui-chip-unsigned = To be signed
ui-chip-unaccepted = To be accepted
ui-chip-held = Held
ui-disk = Disk of the archive
ui-free-of = { $free } free
ui-second-vault = Second vault
ui-second-vault-none = none is kept
ui-second-vault-whole = every master has a verified copy
ui-second-vault-behind = { $masters } masters without a copy
ui-hub = Hub
ui-hub-none = not enrolled
ui-hub-why = The station needs no network to work. Once it is enrolled, what may leave goes up by itself whenever there is one; a dossier that is held or not cleared never leaves.
ui-hub-what = Sends and receives by itself every 30 seconds; F5 does it now.
ui-hub-enrol = Enrol this station
ui-hub-enrol-again = Enrol again
ui-hub-invitation = Invitation
ui-hub-authority = Certificate of the authority (PEM)
ui-hub-invitation-what = Copy the whole line that IT provides: address, # and code. The certificate is needed only where the hub uses an authority of its own.
ui-hub-do-enrol = Enrol
ui-synced = Synced { $moment }
ui-sync-waits = { $changes } changes wait
ui-boxes = Boxes
ui-boxes-home = every box is on its shelf
ui-boxes-away = { $boxes } boxes are not on their shelves
ui-archive = Archive
ui-filter = Filter:
ui-box = Box
ui-pages = Pages
ui-page = Page
ui-pages-a-minute = { $pages } pages/min
ui-inventory-empty = There is no inventory yet. Take one in from a spreadsheet (Ctrl I).
ui-no-match = No dossier matches. Type less, or choose All.
ui-progress-title = Progress of digitization
ui-no-target = There is no target yet.
ui-set-targets = Set the targets of the Ministry: 30 % by the end of 2025, 100 % by the end of 2026
ui-done-of = { $done } / { $all } { $unit } with full evidence
ui-target-is = { $name }: { $share } % by { $deadline }, that is { $required }
ui-met = Met
ui-missed-by = Overdue, { $left } missing
ui-later = in more than 10 years
ui-forecast = Done { $earliest } – { $latest } (80 % sure)
ui-no-forecast-done = Met
ui-no-forecast-too-few-days = Less than 14 days of figures, no forecast
ui-no-forecast-idle = Nothing was done in 8 weeks, no forecast
ui-dossiers-of = { $done } / { $all } dossiers
ui-open-list = Open the list of dossiers
ui-by-state = By state
ui-no-weeks = No dossier is accepted yet.
box-form-lacks = The font of printed forms lacks { $letters }; they stand as question marks on the paper. Add them by hand.
field-paper = Paper
page-refile = safe to refile
page-keep = keep
ui-scan = Scan
ui-check = Check
ui-undo = Undo
ui-redo = Redo
ui-feed = Continue
ui-stop-feed = Stop feeding
ui-previous = Previous
ui-next = Next
ui-first = First page
ui-last = Last page
ui-next-exception = Next warning
ui-fit = Fit
ui-larger = Larger
ui-smaller = Smaller
ui-turn-left = Rotate left
ui-turn-right = Rotate right
ui-rescan = Rescan
ui-insert = Insert
ui-split = Split in two
ui-cut-upright = Upright cut
ui-cut-across = Cut across
ui-cut-how = { $line } at { $percent } % · move it with arrows or the mouse, with Shift by single pixels
ui-cut-turn = Other direction
ui-cut-leave = Leave
ui-new-document = New document
ui-blank = Blank
ui-remove = Remove page
ui-reconcile = Reconcile
ui-compare = Compare two
ui-pass = Pass
ui-pass-because = Accept because…
ui-send-back = Send back to rescan
ui-order = Other order
ui-open = Open the next step
ui-key-space = Space
ui-undone = Undone
ui-typed-before = What was typed last time, and not yet written, is in the form again
ui-done-removed = Page removed · Z to undo
ui-done-split = One page became two · Z to undo
ui-done-parted = A new document starts here · Z to undo
ui-done-passed = Page passed · Z to undo
ui-done-sent-back = Page sent back to rescan · Z to undo
ui-page-lost = Page { $page } can't be read. The master in the vault is kept as it is.
ui-try-again = Try again
ui-reason-blank = blank page
ui-reason-split = one image shows two pages
ui-reason-removed = removed while scanning
ui-page-n = Page { $page }
ui-page-safe = safe
ui-page-unsaved = no second copy yet
ui-page-look = needs a look: { $found }
ui-sheet-front = sheet { $sheet }, front
ui-page-half = half { $half }
ui-sheet-back = sheet { $sheet }, back
ui-no-scanner = There is no scanner yet. Connect one and press Look for scanners.
ui-close-first = Reconcile and close the batch (F) before inserting or rescanning pages.
ui-lay-first-of = Lay sheet 1 into the feeder. The inventory expects { $pages } pages.
ui-lay-first = Lay sheet 1 into the feeder.
ui-last-page = Last page scanned
ui-chosen-page = Page in view
ui-page-facts = { $dpi } dpi · { $width } × { $height }
ui-page-coming = Being stored, not safe yet
ui-page-written = Written to disk and read back
ui-page-no-copy = Written to disk, no copy in the second vault yet
ui-of-pages = { $pages ->
        [one] / { $pages } page
       *[other] / { $pages } pages
    }
ui-pages-small = pages
ui-sheets-of = { $sheets } / { $all } sheets
ui-sheets = { $sheets ->
        [one] { $sheets } sheet
       *[other] { $sheets } sheets
    }
ui-pages-named = { $pages ->
        [one] { $pages } page
       *[other] { $pages } pages
    }
ui-delivered = Scanner says { $pages }
ui-listed = Inventory says { $pages }
ui-not-listed = Inventory has no page count
ui-box-free = Box { $box } may be refiled: all { $all } dossiers are done
ui-box-waits = Box { $box }: { $free } / { $all } dossiers may be refiled
ui-refile = Safe to refile
ui-keep = Not yet safe to refile
ui-safe-of = { $safe } / { $pages } pages safe
ui-nothing-scanned = No sheet was scanned here yet
ui-held-stays = The dossier stays at this station until somebody who may releases it.
ui-held-covered = The dossier is held, so its images are covered.
ui-sheets-safe = { $sheets ->
        [one] { $sheets } sheet is safe.
       *[other] { $sheets } sheets are safe.
    }
ui-look-for-scanners = Look for scanners
ui-feeder-empty = The feeder is empty
ui-feeder-empty-next = Lay more paper and continue, or reconcile (F) to close the batch.
ui-insert-before = The next sheets go in front of page { $page }
ui-instead-of = The next sheet replaces page { $page }–{ $last }
ui-seat-back = Lay the sheet into the feeder. Esc to leave it.
ui-needs-look = Needs a look ({ $count })
ui-count-sheets = Sheets counted by hand
ui-parting = Part into documents
ui-parting-none = not at all
ui-parting-separators = by separator sheets
ui-parting-blank = by blank sheets
ui-scanner = Scanner
ui-looking-for-scanners = Looking for scanners…
ui-profile = Scan profile
ui-mode-color = colour
ui-mode-gray = grey
ui-mode-bilevel = black and white
ui-source-flatbed = flatbed
ui-source-adf = feeder, one side
ui-source-adf-duplex = feeder, both sides
ui-next-dossier = Next: { $dossier }
ui-scan-more = Scan more into this dossier
ui-stopping = Stopping after this sheet…
ui-feeding = Feeding…
ui-scan-before = Insert before page { $page }
ui-scan-instead = Rescan page { $page }
ui-continue-from = Continue from sheet { $sheet }
ui-begin = Scan
ui-reconcile-title = Reconcile dossier { $dossier }
ui-reconcile-closed = All batches of the dossier are closed.
ui-reconcile-uncounted = Count the sheets and enter the number to compare.
ui-reconcile-short = { $missing ->
        [one] The numbers must be equal before the batch can be closed. { $missing } page is missing.
       *[other] The numbers must be equal before the batch can be closed. { $missing } pages are missing.
    }
ui-reconcile-long = { $over ->
        [one] The numbers must be equal before the batch can be closed. There is { $over } page too many.
       *[other] The numbers must be equal before the batch can be closed. There are { $over } pages too many.
    }
ui-reconcile-equal = The numbers are equal.
ui-not-counted = and { $pages } pages that do not count
ui-written = Pages written and read back
ui-batches = { $batches ->
        [one] { $batches } batch
       *[other] { $batches } batches
    }
ui-delivered-row = Scanner says it fed
ui-counted-row = Sheets counted by hand
ui-makes-pages = that is { $pages } pages
ui-listed-row = Inventory says
ui-why-close = Why close although the numbers differ?
ui-back-to-scan = Back to scanning
ui-fine = Done
ui-close-batch = Close the batch
ui-close-short = Close, with reason
ui-close-anyway = Close short, with reason…
ui-suspected-gap = A sheet seems to be missing here
ui-missing-sheet = Missing sheet?
ui-because-good = looked at, good
ui-because-paper = the paper is like that
ui-because-readable = all of it can be read
ui-because-blank = really a blank page
ui-because-different = not a duplicate
ui-because-complete = no sheet is missing
ui-to-be-rescanned = needs to be rescanned
ui-exceptions = Exceptions
ui-exceptions-reject = Reject
ui-exceptions-warn = Needs a look
ui-exceptions-none = Pass
ui-by-number = By number
ui-worst-first = Worst first
ui-no-pages = The dossier has no pages yet. Scan or import first.
ui-none-of-chip = There is no page of this kind.
ui-proposal-reject = Should be rescanned
ui-proposal-look = Needs a look
ui-proposal-pass = Nothing suspicious
ui-master-untouched = The master is kept as it is, whatever you decide.
ui-about-page = About the page
ui-scanned-at = Scanned
ui-scanned-with = Scanner
ui-file = File
ui-size = Size
ui-sha = SHA-256
ui-exceptions-left = { $left ->
        [one] { $left } exception left in the dossier
       *[other] { $left } exceptions left in the dossier
    }
ui-sample = Sample for acceptance ({ $percent } % of the pages): { $seen } / { $all } looked at
ui-look-at-sample = Look at the sample: page { $page }
ui-accept-dossier = Accept the dossier
ui-no-exceptions = No exceptions left in dossier { $dossier }.
ui-reading-dossier = Opening the dossier…
ui-no-dossier = Choose a dossier to begin.
ui-box-n = Box { $box }
ui-whole-archive = Whole archive
ui-no-branches = There is no fonds yet.
ui-scan-this = Scan this dossier
ui-scan-on = Continue scanning
ui-check-this = Check
ui-steps = Steps
ui-being-scanned = Dossier { $dossier } is being scanned.
ui-pages-of = { $pages } / { $all } pages
ui-proposal-waits = Waits to be rescanned
ui-rescan-now = Rescan this sheet now
ui-came-as-files = Pages came as files
ui-open-archive = Open another archive
ui-archive-folder = Folder of the archive
ui-open-it = Open
ui-make-archive = Make a new archive
ui-new-folder = New folder, with nothing in it
ui-archive-title = Name of the archive
ui-organisation = Organisation that signs
ui-make-it = Create
report-title = DAILY REPORT ON DIGITIZATION
report-day = { $day }
report-of = { $archive }
report-today = Pages captured today: { $pages }.
report-lately = In the last 28 days: { $pages } pages, rework rate { $rework }.
report-targets = Targets
report-target = Target
report-deadline = Deadline
report-required = Required
report-done = Done
report-share = Share
report-outlook = Outlook
report-fonds = Fonds
report-listed = Dossiers
report-listed-pages = Pages
report-done-pages = Pages done
report-total = Whole archive
report-state = State
report-dossiers = Dossiers
report-pages = Pages
report-people = By person, last 28 days
report-stations = By station, last 28 days
report-station = Station
report-batches = Batches
report-last-batch = Last batch
report-person = Person
report-captured = Pages
report-again = Rescanned
report-rework = Rate
report-accepted = Accepted
report-by = PREPARED BY
report-head = HEAD
report-written = Report written: { $path }
arg-report = Write the daily report to this file: .pdf to print, .xlsx or .csv
ui-nothing-listed = Nothing of the inventory belongs to this target
error-file-exists = { $path } is there already and is not written over.
    .hint = Choose another name, or move the old file away.
ui-people = People
ui-stations = Stations
ui-lot-week = Accepted in week { $week }
ui-lot-lately = { $name }, last 28 days
ui-lot-rejection = Sent back: { $reason }
ui-drop-filter = { $filter } · press to drop this filter
ui-unnamed-station = Station without a name
ui-no-station = No station scanned in the last 28 days. Imported files belong to none.
ui-first-pass = First pass
ui-no-work = Nobody captured a page in the last 28 days.
ui-rework = Reasons of rework
ui-rework-of = 28 days, { $pages } pages, { $rework } rescanned
ui-no-rework = No page was sent back in the last 28 days.
ui-rescan-waits = { $dossiers ->
        [one] { $dossiers } dossier waits to be rescanned
       *[other] { $dossiers } dossiers wait to be rescanned
    }
ui-print-report = Print daily report
ui-export = Export PNG, CSV, XLSX
ui-chart-forecast = Forecast, 80 % interval
ui-chart-plan = Plan
ui-chart-actual = Digitized
ui-chart-today = today
ui-chart-milestone = milestone
ui-pages-today = Pages scanned today
role-archivist = archivist
role-supervisor = supervisor
role-administrator = administrator
event-account-set = account set for { $name }: { $role }
event-account-removed = account of { $name } removed
account-password-prompt = New password of { $name }:{" "}
accounts-none = There is no account: stations ask for no password.
help-account = Accounts: who may work at stations, and as what
help-account-set = Make an account, or give it another role and password
help-account-remove = Remove an account; what its holder did stays under the name
help-account-list = List accounts
arg-account = Name, as the log carries it
arg-role = Role: archivist, supervisor or administrator
arg-account_password_fd = Read the password from this file descriptor
error-not-allowed = { $operator } may not do this.
    .hint = Ask somebody who is at least { $role }.
error-no-account = There is no account { $name }.
    .hint = See the accounts: sohoa account list
error-wrong-sign-in = Name or password is wrong.
    .hint = Type it again; an administrator can set a new one: sohoa account set
    .window = Type it again; an administrator can set a new one in Settings.
error-weak-password = A password has at least { $letters } letters.
    .hint = Take a sentence that is easy to remember instead of a word.
ui-who-works = Who works at this station?
ui-password = Password
ui-sign-in = Sign in
ui-switch-operator = Switch operator
ui-sign = Sign
ui-search = Search
ui-jobs = Jobs
ui-work = Read and assemble
ui-stop-work = Stop
ui-stopping-work = Stopping…
ui-pause-work = Pause
ui-go-on-working = Go on
ui-work-paused = Paused
ui-log = What the machine did
ui-log-empty = The machine has done nothing in this archive yet.
ui-sync-now = Sync now
ui-look-at-findings = { $dossiers ->
    [one] Look at { $dossiers } dossier
   *[other] Look at { $dossiers } dossiers
}
ui-stop-after-file = Stop after this file
ui-read-and-assemble = Read { $pages } pages, assemble { $documents } documents
ui-machine-idle = The machine is idle
ui-work-waits = There is work for the machine
ui-work-amount = { $pages } pages wait to be read, { $documents } documents to become PDF/A.
ui-phase-reading = Reading pages
ui-phase-assembling = Assembling PDF/A
ui-phase-signing = Signing
ui-signed-file = { $document }: signature { $verdict }
ui-signed-files = Files just signed
ui-phase-copying = Copying to the second vault
ui-phase-begins = Getting ready…
ui-done-of-all = { $done } / { $all }
ui-seconds-left = about { $seconds } seconds left
ui-minutes-left = about { $minutes } minutes left
ui-work-safe = All pages and files that were done before are as they were.
ui-work-done = Done
ui-work-stopped = Stopped; no file is half-done
ui-work-in-part = Done in part
ui-ready-to-sign = { $dossiers ->
        [one] Ready to sign ({ $dossiers } dossier)
       *[other] Ready to sign ({ $dossiers } dossiers)
    }
ui-not-ready-to-sign = { $dossiers ->
        [one] Not ready ({ $dossiers } dossier)
       *[other] Not ready ({ $dossiers } dossiers)
    }
ui-sign-dossiers = { $dossiers ->
        [one] Sign { $dossiers } dossier
       *[other] Sign { $dossiers } dossiers
    }
ui-signing-key = Signing key
ui-no-key = This station has no signing key.
ui-no-key-next = Choose one in Settings (Ctrl ,).
ui-key-password = Password of the key
ui-password-once = Asked once for all files, never kept.
ui-search-for = Find:
ui-scope-everywhere = Everywhere
ui-scope-descriptions = Titles and descriptions
ui-scope-pages = Text of pages
ui-search-everywhere = Nothing here. Search everywhere
ui-next-place = Next match on the page
ui-go-to-box = Go to a box or dossier
ui-box-or-dossier = Code of a box or a dossier
ui-fold-inspector = Fold the panel at the right
ui-next-region = Next region
ui-previous-region = Region before
ui-enlarge = Larger window
ui-shrink = Smaller window
ui-usual-size = Usual size
ui-fill-screen = Full screen
ui-next-rescan = Next rescan ticket
ui-find = Filter or search on this screen
ui-row-above = Row above
ui-row-below = Row below
ui-open-waiting = Open what waits, by number
ui-choose-table = Choose a table, by number
ui-sign-ready = Sign what is ready
ui-no-rescan = No other dossier waits to be scanned again.
ui-source-here = Where this value was read
ui-importing-inventory = Reading the inventory
ui-writing-report = Writing the report
ui-syncing = Speaking to the hub
ui-stop-sync = Stop sending
ui-sync-stopped = Sending is stopped; F5 goes on. Nothing is lost: all of it stays at the station.
ui-typed-stays = What was typed is still here, what was written is as it was.
ui-nothing-to-sign = No dossier with its PDF/A waits for a signature. New ones come here once they are read and assembled (Ctrl 9).
ui-nothing-blocked = Nothing is blocked: what was scanned is signed, or ready.
ui-word-unplaced = The page was read anew, this word has no place any more: “{ $typed }”
ui-word-seen = Seen, take this away
ui-word-unplaced-next = Choose the word where it belongs and type it again; the reading before is kept.
ui-lot-target-done = Done, of target { $name }
ui-lot-target-rest = What is left of target { $name }
ui-no-fonds = Fonds not known
ui-sync-is-stopped = Sending is stopped
ui-stays = Stays at this station
ui-stays-why = It is not public, or was read too badly to be sure that it has no mark of secrecy. It goes to the hub when an administrator lets it.
ui-clear-why = Why may it leave?
ui-clear = Let it leave
ui-release-why = Why is the hold lifted?
ui-release = Lift the hold
ui-rest-of-target = { $rest } { $unit } left
hub-flaw-name = its certificate is for another name
hub-flaw-issuer = its certificate was not issued by anybody this station trusts
hub-flaw-no-tls = what answers does not speak TLS
hub-flaw-other = its certificate does not fit ({ $why })
hub-flaw-connection = the encrypted connection fails ({ $why })
hub-misfit-receipt = its receipt of the enrolment does not fit
hub-misfit-answer = its answer on the disk is not signed by it
hub-misfit-acknowledgement = its acknowledgement is not signed by it
hub-misfit-log = its log is not the one that it names
ui-unsynced = Not at the hub yet
ui-lot-target = Target: { $name }
ui-lot-hour = Captured today at { $hour } h
ui-pages-in-hour = { $hour } h: { $pages } pages
ui-delivered-count = Delivered: { $dossiers }
ui-accepted-count = Accepted, on the way: { $dossiers }
ui-unsynced-count = Not at the hub yet: { $dossiers }
ui-blocked-held = Held: signed only after an administrator lifts it
ui-blocked-batch = Batch not closed: reconcile and close it
ui-blocked-findings = { $count } to be looked at
ui-blocked-pages = { $pages } pages, the inventory says { $expected }
ui-blocked-reading = Pages wait to be read
ui-blocked-assembling = Waits to become a PDF/A
ui-choose-key = Choose a key in Settings
ui-region-rail = Screens
ui-region-screen = Screen
ui-no-marks-needed = marks are not needed
ui-search-empty = Type words of titles or of the pages themselves.
ui-hits = { $hits ->
        [one] { $hits } hit
       *[other] { $hits } hits
    }
ui-hits-more = More than { $hits } hits; add words to narrow them
ui-unread-pages = { $pages ->
        [one] { $pages } page was not read yet and can't be searched
       *[other] { $pages } pages were not read yet and can't be searched
    }
ui-held-hit = The dossier is held, so its words are not shown.
ui-working = Working: { $done } / { $all }
ui-hit-in-description = The words stand in the description of the dossier. Enter opens it.
ui-palette = Command palette
ui-palette-hint = Command or dossier code
ui-import-inventory = Import an inventory
ui-inventory-file = Spreadsheet: CSV or XLSX
ui-leave = Leave it
ui-preview = Preview changes
ui-browse = Browse…
ui-browse-for = Browse: { $field }
ui-picker-file = Choose a file
ui-picker-folder = Choose a folder
ui-picker-up = Up to the folder above
ui-picker-home = Home folder
ui-picker-root = This computer
ui-picker-new = New folder
ui-picker-name = Name of the new folder:
ui-picker-make = Make the folder
ui-picker-open = Open the folder
ui-picker-take-file = Choose this file
ui-picker-take-folder = Choose this folder
ui-picker-is-folder = folder
ui-picker-count = { $entries ->
        [one] { $entries } entry
       *[other] { $entries } entries
    }
ui-picker-others = { $files ->
        [one] { $files } file of another kind is not shown
       *[other] { $files } files of other kinds are not shown
    }
ui-picker-more = Only the first { $shown } are shown, { $more } more are there. If yours is not among them, type its path into the field.
ui-picker-reading = Reading the folder…
    .hint = The disk is slow to answer. Wait, go elsewhere, or press Esc.
ui-picker-no-match = No name has “{ $filter }” in it.
    .hint = Fewer letters show more.
ui-picker-no-file = There is no folder here, and no { $endings } file.
    .hint = Backspace goes up.
ui-picker-no-folder = There is no folder in here.
    .hint = Ctrl Enter chooses this one; Backspace goes up.
ui-picker-gone = The folder { $path } is not there.
    .hint = Plug the disk in again and read it anew, or go elsewhere.
ui-take-version = Import version { $version }
ui-unchanged-rows = { $rows } dossiers stay as they are
ui-rows-added = Added { $rows }
ui-rows-changed = Changed { $rows }
ui-rows-missing = Missing { $rows } (nothing is deleted)
ui-rows-refused = { $rows } places can't be taken
inventory-preview = A preview, nothing was taken:
arg-preview = Only show what would change
ui-show-text = Text of the page
ui-recognised-text = Recognised text (marked: look again)
ui-not-read-yet = The page was not read yet.

## Read and describe
ui-describe = Describe
ui-finish = Done
ui-next-doubt = Next exception
ui-previous-doubt = Exception before
ui-show-source = Where it was read
ui-show-documents = List of documents
ui-hold = Hold
ui-copy-previous = Copy from the document before
ui-page-before = Page before
ui-page-after = Next page
ui-page-of = Page { $page }/{ $pages }
ui-described-of = Done { $done }/{ $all }
ui-documents-n = Documents ({ $documents })
ui-document = Document
ui-described = described
ui-draft = draft
ui-not-described = not described
ui-describe-document = Description
ui-pages-unread = { $pages ->
        [one] One page is not read yet; the form can be filled in all the same.
       *[other] { $pages } pages are not read yet; the form can be filled in all the same.
    }
ui-described-by = Described by { $operator }, { $at }
ui-drafted-by = Draft by { $operator }, { $at }
ui-from-inventory = Inventory
ui-from-person = Typed
ui-measured = Counted
ui-if-any = if any
ui-choose = Choose…
ui-not-known = Not known
ui-f3-source = F3: where it was read on the page
ui-digitised-02 = 02 Digitized
ui-done-next-document = Done, on to document { $document }
ui-done-last-document = This document is done
ui-confidence = confidence { $percent } %
ui-word = Word
ui-text-head = Recognised text
ui-word-sure = Confidence { $percent } %. Kept as a new reading; the old one stays.
ui-hold-dossier = Hold dossier { $dossier }?
ui-reason = Reason
ui-hold-means = A held dossier does not leave this station and its images are covered. Only an administrator can lift it.
ead-typeName = Kind of document
ead-codeNumber = Number
ead-codeNotation = Notation
ead-issuedDate = Day of issue
ead-organName = Issuing body
ead-subject = Abstract
ead-language = Language
ead-mode = Access level
ead-autograph = Notes by hand
ead-keyword = Keywords
ead-inforSign = Information code
ead-format = Physical condition
ead-description = Remarks
ead-numberOfPage = Pages
ead-confidenceLevel = Confidence level
fault-too-long = { $found } characters, { $longest } at most.
fault-not-in-list = Not in the list of codes.
fault-not-a-date = Write 14/05/1998, 05/1998 or 1998.
fault-missing = To be filled in.
error-field = { $field }: { $fault }
    .hint = Mend this field and save again; the others are as they were.
error-text-changed = The text of this page was read or corrected again meanwhile.
    .hint = The new text is shown; look at the word again and correct it if it is still wrong.
ui-before-after = Before and after
ui-after = After: what recognition is given
ui-choose-profile = Profile
ui-no-such-code = No dossier has the code { $code }.
ui-signed-again = The document is signed: a correction means another PDF/A and another signature.
ui-recent-searches = Last searches
ui-reveal = Look all the same (administrators; it is logged)
ui-expected = Expected
ui-settings = Settings
ui-settings-profiles = Scan profiles
ui-settings-models = Recognition models
ui-settings-people = People
ui-settings-looks = Appearance
ui-settings-safe = The settings are as they were before.
ui-settings-kept = Kept.
ui-profiles-none = The archive has no profile. Scanning uses colour, 200 dpi, one side from the feeder, A4.
ui-new-profile = New profile
ui-change-profile = Change profile { $name }
ui-profile-name = Name of the profile
ui-any-scanner = any scanner
ui-profile-source = Paper source
ui-profile-mode = Colour
ui-profile-resolution = Resolution
ui-profile-paper = Paper size
ui-profile-blank-backs = Blank backs
ui-profile-hint = Less than 200 dpi and black and white are below the standard and take a reason, so they are not offered here.
ui-keep-profile = Keep profile
ui-replace-profile = Replace profile
ui-remove-profile = Remove profile
ui-ask-remove-profile = Remove the profile { $name }?
    .hint = Pages that were scanned with it do not change.
ui-looking-for-models = Looking for models…
ui-look-for-models = Look again
ui-models-folder = Folder of the models: { $path }
ui-language-vie = Vietnamese
ui-language-fra = French
ui-language-eng = English
ui-language-chi_tra = Chinese (traditional)
ui-language-name-vi = Tiếng Việt
ui-language-name-en = English
ui-model-there = there
ui-model-missing = missing
ui-model-install = Install: sudo apt install { $packages }
ui-no-key-here = Choose a key file below.
ui-other-key = Choose another key
ui-key-file = Key file (.p12, .pfx)
ui-key-file-hint = The file stays where it is, outside the archive. The password is for trying the key and is not kept.
ui-use-key = Use this key
ui-trusted = Trusted certificates
ui-trusted-none = The archive trusts no certificate.
ui-certificate-file = Certificate file (PEM, DER)
ui-certificate-hint = Signatures that were in doubt are judged again at once.
ui-trust-it = Trust
ui-administrators-only = For administrators only: { $names }.
ui-second-vault-unset = No second vault is set.
ui-second-vault-why = Another medium holds a copy of every master: the first one may fail.
ui-copy-now = Copy now
ui-second-vault-off = Keep no second vault
ui-second-vault-set = Set a second vault
ui-second-vault-other = Change to another folder
ui-second-vault-folder = Folder on another medium
ui-second-vault-hint = The folder is made if need be. In another folder every master has to be copied anew.
ui-second-vault-take = Use this folder
ui-ask-second-vault-off = Keep no second vault any more?
    .hint = What was copied stays there. From now on there is one copy of each master.
ui-accounts-none = There is no account yet: the station asks for no password.
ui-administrators = Administrators by sohoa.toml: { $names }.
ui-new-account = New account
ui-change-account = Change account { $name }
ui-account-name = Full name
ui-account-role = Role
ui-new-password = New password
ui-new-password-again = New password again
ui-account-hint = A password has { $letters } letters at least. Events carry this name.
ui-passwords-differ = The passwords differ; one has { $letters } letters at least.
ui-first-account = The first account is that of who works now. From then on the station asks for a password.
ui-keep-account = Keep account
ui-remove-account = Remove account
ui-ask-remove-account = Remove the account { $name }?
    .hint = What this person did stays under the name.
ui-window-language = Language
ui-window-theme = Theme of the window
ui-theme-light = light
ui-theme-dark = dark
ui-window-zoom = Size of text and pictures
ui-reduce-motion = Reduce motion
ui-looks-kept = Kept as chosen, for { $operator } at this station.
ui-archives-known = Archives opened lately
ui-archive-is-open = open
ui-archive-there = can be opened
ui-archive-away = folder not there
ui-forget-archive = Take { $title } off the list
ui-title-covered = (title covered)

## sohoa describe
help-describe = Show and write the descriptions of the documents of a dossier
arg-which_document = Ordinal of the document in its dossier
arg-set = The value of a field, e.g. codeNumber=217 (may be repeated)
arg-done = The description is complete, no draft any more
describe-described = described
describe-draft = draft
describe-filled-in = nobody described it; filled in from the inventory and the first page
describe-missing = Missing: { $fields }.
origin-inventory = inventory
origin-recognition = read on the page
origin-person = typed
error-several-documents = It is not clear which document is meant: dossier { $dossier } has { $documents }.
    .hint = Name its ordinal: sohoa describe { $dossier } --document 1 …

help-enrol = Enrol this station at a hub with a one-time invitation
help-sync = Send to the hub what may leave, and take what was decided there
arg-invitation = The line that sohoa-hub enrol printed (address and code)
arg-authority = Certificate of the hub's own authority (PEM), if it is no public one
arg-enrol_disk = Enrol by way of a disk: writes a request in this folder, or takes the hub's answer that lies there (for a station without a network)
arg-sync_watch = Send and receive every 30 seconds until asked to stop
arg-sync_status = Only show how it stands, without asking the hub
enrolled = Enrolled { $name } ({ $unit }) at { $hub }.
enrolled-again = The hub has { $records } records of this station already; it goes on behind them.
enrol-asked = The request for enrolment lies at { $place }.
enrol-asked-next = Carry the disk to the hub (sohoa-hub receive …), bring it back, and run this command once more.
sync-nothing = There is nothing to send.
sync-sent = Sent { $records } records and { $files } files ({ $bytes }); the hub has acknowledged them.
sync-received = Received { $received } records, applied { $applied }.
sync-waits-for-program = { $records } received records wait for a newer version of this program.
sync-not-applied = { $records } received records could not be applied at this station.
sync-kept-back = { $changes } changes of dossiers that are held or not cleared stay here.
sync-damaged = Dossier { $code } was not sent: the file { $file } in the archive is damaged or gone. Repair: sohoa check --repair
sync-lacking = The hub lost the file { $file } of dossier { $code } and asks for it again, but here it is damaged or gone too. Repair: sohoa check --repair
sync-wanted-kept-back = The hub lost { $files } files and asks for them again, but they may not leave this station now (dossier held, not cleared or another station's, or page taken out); they stay here.
sync-wanted = Files that the hub lost and asks for again: { $files }
sync-clock = The clock of this station differs from the hub's by { $minutes } minutes.
sync-station = { $name } ({ $unit }), hub { $hub }
sync-acknowledged = The hub has acknowledged { $acknowledged } records, { $stable } of them are in a backup.
sync-waits = Waiting to be sent: { $waiting }; kept at the station: { $kept }
sync-contact = Last contact: { $moment }
sync-no-contact = No contact yet.
sync-alarm-away = Something waits, and the hub was not reached for more than a day.
sync-alarm-stuck = The hub answers, but the queue has not moved for more than 15 minutes.
sync-alarm-behind = Sending has stopped: this archive was restored from an older copy. Ask IT for a new code.
sync-alarm-forked = Sending has stopped: this archive is a copy of one that sends. Ask IT for a new code.
sync-alarm-fenced = Sending has stopped: another machine was enrolled in this station's place.
sync-alarm-refused = The hub refuses: { $cause }
error-not-enrolled = This station is not enrolled at a hub.
    .hint = Ask IT for an invitation, then: sohoa enrol "ADDRESS#CODE"
    .window = Ask IT for an invitation, then enrol in Settings (Ctrl ,), under Hub.
error-station-key = The key of the station is not at { $path }.
    .hint = This archive came from another machine, and only the one that was enrolled can send. Ask for a new code: sohoa enrol
error-invitation = This is not an invitation of a hub.
    .hint = Copy the whole line that sohoa-hub enrol printed, in quotation marks: "https://…#…"
error-invitation-key = This invitation is for a network: it does not name the key of the hub.
    .hint = Ask IT for one for a disk: sohoa-hub enrol --on-disk …
error-hub-authority = The hub uses a certificate authority of its own (SHA-256 { $digest }).
    .hint = Give the certificate that IT provides: --authority FILE.pem
error-hub-insecure = The address { $hub } is not encrypted, so nothing is sent there.
    .hint = Use an address that begins with https://
error-sync-behind = Sending has stopped: this archive was restored from an older copy, the hub has more.
    .hint = Scanning goes on. Ask IT for a new code (sohoa-hub enrol --again), then: sohoa enrol
    .window = Scanning goes on. Ask IT for a new code, then enrol again in Settings (Ctrl ,).
error-sync-forked = Sending has stopped: the hub has another history of this station; the archive may have been copied.
    .hint = Scanning goes on. Ask IT for a new code (sohoa-hub enrol --again), then: sohoa enrol
    .window = Scanning goes on. Ask IT for a new code, then enrol again in Settings (Ctrl ,).
error-sync-fenced = Sending has stopped: another machine was enrolled in this station's place.
    .hint = If this machine is the right one, ask IT for a new code, then: sohoa enrol
    .window = If this machine is the right one, ask IT for a new code, then enrol again in Settings (Ctrl ,).
error-sync-refused = The hub does not take it: { $cause }
    .hint = Nothing is lost, everything is still here. Tell IT this sentence.
error-hub-unreachable = The hub { $hub } can't be reached.
    .hint = Everything is still here and goes up once there is a network; scanning is not affected.
error-hub-expired = The certificate of the hub { $hub } has expired, so nothing was sent.
    .hint = Look at the date and time of this machine; if they are right, ask IT to renew the hub's certificate. Scanning goes on.
error-hub-not-yet = The certificate of the hub { $hub } is not valid yet, so nothing was sent.
    .hint = Look at the date and time of this machine; if they are right, ask IT to renew the hub's certificate. Scanning goes on.
error-hub-untrusted = { $hub } is not the hub that enrolled this station: { $cause }
    .hint = Nothing is sent. Look at the clock of this machine and tell IT.
error-hub-answer = The hub { $hub } answered what can't be understood: { $cause }
    .hint = Some device of the network may answer in its place. Nothing is lost; tell IT.
error-hub-later = The hub is busy: { $title }
    .hint = Try again later; everything is still here.
error-hub-old = The hub does not read { $schema } yet.
    .hint = The hub has to be updated first; scanning goes on.
error-sync-busy = Another program syncs this archive.
    .hint = Wait for it, or stop sohoa sync --watch.
    .window = Wait until the other program has sent.
arg-withhold = Keep back record N, which the hub does not take, so that those behind it go on
sync-withheld = Record { $seq } is withheld; what waits behind it will be sent.
sync-unwritable = Dossier { $code } holds more than a record can, so it was not sent.

## Offline bundles

arg-sync_to = Write what may leave on a disk, into this folder, instead of sending it
arg-sync_from = Take the hub's answer from the disk that came back
arg-max_size = Split into parts of at most this size, e.g. 400G
arg-all_files = Write all files, also those that the hub is believed to have
arg-bundle_plain = Do not encrypt: whoever finds the disk can read it
bundle-written = Wrote { $records } records and { $files } files ({ $bytes }) and read them back, in { $bundles } bundles:
bundle-plain = These bundles are not encrypted: whoever finds the disk can read them.
bundle-left = { $parts ->
    [one] One part more had no room. It is written when the hub's answer to these was taken, or on a larger disk.
   *[other] { $parts } parts more had no room. They are written when the hub's answer to these was taken, or on a larger disk.
 }
bundle-next = Carry the disk to the hub (there: sohoa-hub receive FOLDER) and bring it back (here: sohoa sync --from FOLDER).
answer-acknowledged = The hub has acknowledged { $records } more records.
answer-old = This answer is older than what is known: what is acknowledged stays as it was.
answer-bundle = Records { $first }–{ $last }: { $taken } taken, { $had } had been there.
answer-refused = Records { $first }–{ $last }: { $taken } taken, { $had } had been there, the rest was refused: { $cause }. Nothing is lost, everything is still here.
answer-unanswered = Records { $first }–{ $last }: no word of their bundle. It was not on this disk, or the hub did not believe it and stored nothing of it. Nothing is lost, everything is still here. Write it again: sohoa sync --to FOLDER
answer-files-missing = The hub lacks files. Write the bundle once more with all of them: sohoa sync --to FOLDER --all-files
error-bundle-no-room = There is not enough room in { $path }: { $needed } are needed, { $free } are free.
    .hint = Nothing was written. Take a larger disk, or split: --max-size
error-bundle-part = The parts are too small: one record with its files needs { $needed }.
    .hint = Nothing was written. Choose a larger --max-size
error-no-answer = There is no answer of the hub to this station: { $path }
    .hint = Nothing was changed. At the hub: sohoa-hub receive FOLDER; then name the same folder here.
error-bad-answer = The answer on the disk is not whole or was changed: { $path }
    .hint = Nothing was taken from it. Have the hub write it again: sohoa-hub receive FOLDER
event-bundle-written = written on a disk for the hub: records { $first }–{ $last }
event-assignment = assigned to this station by the hub: { $code } (no. { $number })
event-assignment-away = assigned to another station by the hub: { $code } (no. { $number })
