using Image2Ipfs.Ipfs;

namespace Image2Ipfs.Gateway.Fetch;

/// <summary>A piece of a file's content: where it lies in the file, and its bytes.</summary>
internal readonly record struct Piece(long Offset, ReadOnlyMemory<byte> Content);

/// <summary>A piece that has come before, for another place: from where to where, and how many bytes.</summary>
internal readonly record struct Repeat(long From, long To, int Length);

/// <summary>
/// The DAG of a file as far as it is known: which block is wanted for which bytes. Blocks may come in any order in which a node
/// comes before what it links to, from any upstream, again and again.
/// <code>
///   root wanted at 0 ─▶ root comes: its children are wanted at 0, 256 KiB, … ─▶ a leaf comes: its bytes are a piece of the file
/// </code>
/// A block comes once, however often the file has it (dups=n): what is wanted again later is a repeat. What a node says about
/// the sizes below it is held against what comes. Rules for readers: ipfs/specs, src/unixfs.md. Not for several threads at once.
/// </summary>
internal sealed class FileMap
{
    private const int MaxDepth = 32;

    /// <summary>Places of blocks in one file: a blob of 1 TiB in chunks of 256 KiB has four million.</summary>
    private const int MaxPlaces = 8_000_000;

    private readonly SortedSet<Place> _places = new(Comparer<Place>.Create((a, b) => a.Offset != b.Offset ? a.Offset.CompareTo(b.Offset) : a.Number.CompareTo(b.Number)));
    private readonly Dictionary<Cid, List<Place>> _wanted = [];
    private readonly Dictionary<Cid, Seen> _seen = [];
    private readonly List<Repeat> _repeats = [];
    private int _numbers;

    public FileMap(Cid root)
    {
        Root = root;
        Want(root, 0, length: null, depth: 0);
    }

    public Cid Root { get; }

    /// <summary>The bytes of the file, once its root is known.</summary>
    public long? Size { get; private set; }

    public bool IsComplete => _places.Count == 0;

    /// <summary>Where the first bytes lie that the block is wanted for, or null where it is not.</summary>
    public long? OffsetOf(Cid cid) => _wanted.TryGetValue(cid.ToV1(), out var places) ? places.Min(p => p.Offset) : null;

    /// <summary>Takes a block that was checked against its CID.</summary>
    /// <param name="repeatable">Whether its content can be read again later.</param>
    /// <returns>The pieces of content that it gives, and those that have come before: none of an inner node, several where the file repeats itself.</returns>
    /// <exception cref="InvalidDataException">The DAG is none of a file, or contradicts itself. It does so for every upstream.</exception>
    public (IReadOnlyList<Piece> Pieces, IReadOnlyList<Repeat> Repeats) Take(Block block, bool repeatable)
    {
        // An upstream may spell a CID in its other version.
        var key = block.Cid.ToV1();
        if (!_wanted.Remove(key, out var places))
            return ([], []);
        var node = FileNode.Of(block);
        var pieces = new List<Piece>(places.Count);
        _repeats.Clear();
        if (repeatable || node.Content.Length == 0)
            _seen[key] = new Seen(places[0].Offset, node with { Content = default }, node.Content.Length);
        foreach (var place in places)
        {
            _places.Remove(place);
            if (place.Length is { } expected && expected != node.Size)
                throw new InvalidDataException($"a node of {Root} has another size than its parent says");
            Size ??= node.Size;
            if (node.Content.Length > 0)
                pieces.Add(new Piece(place.Offset, node.Content));
            Expand(node, place.Offset + node.Content.Length, place.Depth);
        }
        return (pieces, [.. _repeats]);
    }

    /// <summary>The wanted blocks whose bytes lie in this part of the file, in order.</summary>
    public IEnumerable<(Cid Cid, long Offset, long End)> Wanted(long from, long to)
    {
        // The one that begins before the part may reach into it.
        if (_places.GetViewBetween(Bound(long.MinValue), Bound(from)).Max is { } first && (first.Length is not { } length || first.Offset + length > from))
            yield return (first.Cid, first.Offset, first.End);
        if (to <= from)
            yield break;
        foreach (var place in _places.GetViewBetween(Bound(from), Bound(to)))
            yield return (place.Cid, place.Offset, place.End);
    }

    private static Place Bound(long offset) => new(null!, offset, null, 0, -1);

    private void Expand(FileNode node, long offset, int depth)
    {
        foreach (var (cid, length) in node.Children)
        {
            Want(cid, offset, length, depth + 1);
            offset += length;
        }
    }

    private void Want(Cid cid, long offset, long? length, int depth)
    {
        if (depth > MaxDepth || ++_numbers > MaxPlaces)
            throw new InvalidDataException($"{Root} is nested too deep, or has too many blocks");
        var key = cid.ToV1();
        if (_seen.TryGetValue(key, out var seen))
        {
            if (length is { } expected && expected != seen.Node.Size + seen.Content)
                throw new InvalidDataException($"a node of {Root} has another size than its parent says");
            if (seen.Content > 0)
                _repeats.Add(new Repeat(seen.Offset, offset, seen.Content));
            Expand(seen.Node, offset + seen.Content, depth);
            return;
        }
        var place = new Place(cid, offset, length, depth, _numbers);
        _places.Add(place);
        if (!_wanted.TryGetValue(key, out var places))
            _wanted.Add(key, places = []);
        places.Add(place);
    }

    /// <summary>A place in the file that a block is wanted for. The root's length is not known.</summary>
    private sealed record Place(Cid Cid, long Offset, long? Length, int Depth, int Number)
    {
        public long End => Length is { } length ? Offset + length : long.MaxValue;
    }

    /// <summary>A block that has come: where its content lies in the file, and what else it says.</summary>
    private readonly record struct Seen(long Offset, FileNode Node, int Content);
}
