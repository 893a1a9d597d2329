# A service has worked on one upload.
cp "$PREPARED"/python/* . && oscar-sync apply -q --yes > apply.txt &&
    echo fox > fox.txt && oscar-sync storage put fox.txt words/in/ > put.txt &&
    until oscar-sync service jobs words | grep -q Succeeded; do :; done
