# The set of doctor/ is applied, and its bucket archive holds one object. A page may have copied and
# changed the files before.
[ -e oscar-sync.yaml ] || cp -r "$PREPARED"/doctor/* .
oscar-sync apply -q --yes > apply.txt &&
    echo leaf > leaf.txt &&
    oscar-sync storage put leaf.txt archive/found/ > put.txt
