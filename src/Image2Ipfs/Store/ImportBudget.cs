namespace Image2Ipfs.Store;

/// <summary>How much may come of an archive: a few blocks can stand for a file without end.</summary>
/// <param name="archiveBytes">The bytes of its blocks.</param>
internal sealed class ImportBudget(long archiveBytes)
{
    private const int MaxOverhead = 1024 * 1024;

    /// <summary>All of them are memory whenever the root is opened.</summary>
    private const int MaxNodes = 16 * 1024 * 1024;

    /// <summary>In chunks of 256 KiB it is more than 5000.</summary>
    private const int ContentOfNode = 2048;

    /// <summary>Nothing that is not a bomb holds a thousand times its bytes.</summary>
    private long _contentLeft = 1024 * archiveBytes;

    private long _written;
    private long _visited;
    private long _nodes;

    /// <summary>A file of so many bytes is wanted.</summary>
    /// <exception cref="InvalidDataException">It is too long.</exception>
    public void Want(long size)
    {
        if ((_contentLeft -= size) < 0)
            throw new InvalidDataException("its files are more than a thousand times as long as the archive");
    }

    /// <summary>A block of so many bytes was read, for so many bytes of content in it.</summary>
    /// <exception cref="InvalidDataException">Nodes are little beside content. Where they are not, they link to one another again and again.</exception>
    public void Visit(long block, long content)
    {
        _written += content;
        if ((_visited += block) > archiveBytes + 4 * _written + MaxOverhead)
            throw new InvalidDataException("its files link to the same nodes again and again");
    }

    /// <summary>An inner node of so many bytes goes into the root's file.</summary>
    /// <exception cref="InvalidDataException">There are too many for the content.</exception>
    public void Keep(long node)
    {
        if ((_nodes += node) > MaxNodes + _written / ContentOfNode)
            throw new InvalidDataException("its files lie in too many pieces, or too small ones");
    }
}
