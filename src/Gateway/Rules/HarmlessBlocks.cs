using Image2Ipfs.Ipfs;

namespace Image2Ipfs.Gateway.Rules;

/// <summary>Empty blocks and folders: a rule against one, made by mistake, would deny most of what there is. Source: ipfs-shipyard/nopfs, SafeCids.</summary>
internal static class HarmlessBlocks
{
    private static readonly HashSet<string> All =
    [
        .. new[]
        {
            "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn", // a folder
            "bafyaabakaieac", // the same in its own name
            "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku", // no bytes
            "bafkqaaa", // the same in its own name
            "QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH", // a file
            "bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua", // dag-cbor
            "baguqeeraiqjw7i2vwntyuekgvulpp2det2kpwt6cd7tx5ayqybqpmhfk76fa", // dag-json
        }.Select(text => ListedName.KeyOf(Cid.Parse(text))),
    ];

    public static bool Has(Cid cid) => All.Contains(ListedName.KeyOf(cid));
}
