# What folder.sh made is committed, and then changed.
git add -A && git -c user.name=a -c user.email=a@b commit -q -m x &&
    sed -i 's/7.1/7.2/' services/thumbnails.yaml
