namespace FlowOde.Data.Bundled;

/// <summary>The real data sets inside this assembly, by name. Sources, licences and processing are in the README beside this file.</summary>
/// <remarks>Adding one is its file, a line in the README and an entry here.</remarks>
public static class BundledSets
{
    private const string Uci = "CC BY 4.0, UCI Machine Learning Repository";
    private static readonly int[] _miniBooNeFeatures = [1, 2, 3, 4, 7, 8, 9, 10, 11, 12, 13, 15, 16, 17, 18, 20, 21, 23, 24, 25, 26, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 46, 47, 48, 49, 50];
    private static readonly int[] _gasSensors = [1, 2, 4, 5, 9, 13, 14, 15];

    /// <summary>All sets, in the order they are listed.</summary>
    public static IReadOnlyList<BundledSet> All { get; } =
    [
        new()
        {
            Name = "earthquakes",
            Description = "epicentres of significant earthquakes, degrees",
            Rows = 6120,
            Columns = ["longitude", "latitude"],
            Licence = "public domain, NOAA National Centers for Environmental Information",
            Resources = ["earthquakes.csv.gz"],
        },
        new()
        {
            Name = "volcanoes",
            Description = "sites of significant volcanic eruptions, degrees",
            Rows = 827,
            Columns = ["longitude", "latitude"],
            Licence = "public domain, NOAA National Centers for Environmental Information",
            Resources = ["volcanoes.csv.gz"],
        },
        new()
        {
            Name = "iris",
            Description = "flowers of three species of iris, cm",
            Rows = 150,
            Columns = ["sepal_length", "sepal_width", "petal_length", "petal_width"],
            Licence = $"{Uci}; R. A. Fisher",
            Resources = ["iris.csv.gz"],
        },
        new()
        {
            Name = "power",
            Description = "electric power of one household, minute by minute, standardised",
            Rows = 20000,
            Columns = ["global_active_power", "voltage", "global_intensity", "sub_metering_1", "sub_metering_2", "sub_metering_3"],
            Licence = $"{Uci}; G. Hebrail and A. Berard",
            Resources = ["power_train.npy.gz", "power_test.npy.gz"],
        },
        new()
        {
            Name = "gas",
            Description = "eight gas sensors in changing mixtures, standardised",
            Rows = 30000,
            Columns = [.. _gasSensors.Select(sensor => $"sensor_{sensor}")],
            Licence = $"{Uci}; J. Fonollosa et al.",
            Resources = ["gas_train.npy.gz", "gas_validation.npy.gz", "gas_test.npy.gz"],
        },
        new()
        {
            Name = "miniboone",
            Description = "electron neutrino events of MiniBooNE, 43 features, standardised",
            Rows = 6932,
            Columns = [.. _miniBooNeFeatures.Select(feature => $"feature_{feature}")],
            Licence = $"{Uci}; B. Roe",
            Resources = ["miniboone_train.npy.gz", "miniboone_test.npy.gz"],
        },
        new()
        {
            Name = "digits",
            Description = "handwritten digits, 8 x 8 pixels of 17 levels",
            Rows = 1797,
            Columns = [],
            Levels = 17,
            Licence = $"{Uci}; E. Alpaydin and C. Kaynak",
            Resources = ["digits-images-idx3-ubyte.gz", "digits-labels-idx1-ubyte.gz"],
        },
        new()
        {
            Name = "mnist10k",
            Description = "handwritten digits, 28 x 28: the 10,000 of MNIST's test part, split anew, so that scores do not compare with published ones of MNIST",
            Rows = 10000,
            Columns = [],
            Levels = 256,
            Licence = "CC BY-SA 3.0 as commonly stated; Y. LeCun, C. Cortes and C. J. C. Burges",
            Resources = ["mnist10k-images-idx3-ubyte.gz", "mnist10k-labels-idx1-ubyte.gz"],
        },
        new()
        {
            Name = "flower",
            Description = "photograph of a flower as a density on the plane",
            Rows = 0,
            Columns = ["x", "y"],
            Licence = "CC BY 2.0, photograph by vultilion on Flickr (6056698931)",
            Resources = ["flower.png"],
        },
    ];

    /// <summary>The set of a name, upper and lower case alike.</summary>
    /// <param name="name">A set's name.</param>
    /// <returns>The set, or <see langword="null"/> if there is none of that name.</returns>
    public static BundledSet? Find(string name) =>
        All.FirstOrDefault(set => string.Equals(set.Name, name, StringComparison.OrdinalIgnoreCase));
}
