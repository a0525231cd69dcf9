// The clinic's sign-on sent the person back: what it said is posted, for looking at a page changes nothing.
document.getElementById('returned').submit();
