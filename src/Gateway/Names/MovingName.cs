using Image2Ipfs.Ipns;

namespace Image2Ipfs.Gateway.Names;

/// <summary>A name whose owner may let it point elsewhere at any time.</summary>
internal abstract record MovingName
{
    /// <summary>An IPNS name: who has its key says where it points.</summary>
    internal sealed record Key(IpnsName Name) : MovingName
    {
        public override string ToString() => $"/ipns/{Name}";
    }

    /// <summary>A DNSLink: who has the domain says it.</summary>
    internal sealed record Link(Domain Domain) : MovingName
    {
        public override string ToString() => $"/ipns/{Domain}";
    }
}
