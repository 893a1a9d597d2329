# An input without its notification, a notification without its input, and a bucket that lost its
# service: other tools have updated and deleted.
cp -r "$PREPARED"/doctor/* . && sed -i.old s,/new,/in, thumbnails.yaml && . "$PREPARED/applied.sh" &&
    rm -r plants && mv thumbnails.yaml.old thumbnails.yaml
input='[{"storage_provider": "minio.default", "path": "pictures/new"}]'
python "$PREPARED"/../by_hand.py put thumbnails "input=$input"
python "$PREPARED"/../by_hand.py put plants 'output=[]' 2> put.txt
python "$PREPARED"/../by_hand.py delete plants
